"""Keeping what is in flight alive: every lease and every record of rq's, a few round trips for all."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from typing import TYPE_CHECKING, Protocol

from redis.exceptions import RedisError
from rq.utils import now, utcformat

from ....base.server_time import server_seconds
from ....gate import Gate, GateError
from ....jobs.execution import AbortReason
from ... import records
from ...ledger import LEASE_FIELD, lease_text
from ..deadlines import cut
from ..runs import InFlight, Run

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

logger = logging.getLogger("limiter.rq")


class Heartbeat(Protocol):
    """The sign of life of the worker itself, written with those of its runs."""

    def __call__(self, *, pipeline: Pipeline) -> None: ...


class Renewals:
    """Renews every third of a lease, and cuts the runs without a lease any more.

    A run that could not be renewed for a whole lease is cut too: by then its job may run elsewhere.
    """

    def __init__(
        self,
        in_flight: InFlight,
        gate: Gate,
        connection: Redis,
        records_lock: threading.Lock,
        heartbeat: Heartbeat,
    ) -> None:
        self._in_flight, self._gate, self._connection = in_flight, gate, connection
        self._records_lock, self._heartbeat = records_lock, heartbeat

    def renew(self) -> None:
        runs = [run for run in self._in_flight.all() if not run.void]
        asked = time.monotonic()
        for run in self._renew_leases(runs, asked) + self._renew_records(runs, asked):
            self._lose(run, "was given to another worker")
        for run in runs:
            if time.monotonic() - run.renewed > run.lease_seconds:
                self._lose(run, "could not be renewed in time")

    def _lose(self, run: Run, why: str) -> None:
        if not run.void:
            logger.error("the lease of job %s %s, its call is cut", run.job.id, why)
            run.void = True
            cut(run.execution, AbortReason.LEASE_LOST)

    def _renew_leases(self, runs: list[Run], asked: float) -> list[Run]:
        lost: list[Run] = []
        leased = sorted((run for run in runs if run.lease), key=_upstream)
        for upstream, group in itertools.groupby(leased, key=_upstream):
            mine = list(group)
            try:
                gone = self._gate.renew(upstream, [run.lease for run in mine if run.lease])
            except (GateError, RedisError) as error:
                logger.warning("%d leases of %s could not be renewed: %s", len(mine), upstream, error)
                continue
            for run in mine:
                if run.id in gone:
                    lost.append(run)
                else:
                    run.renewed = asked
        return lost

    def _renew_records(self, runs: list[Run], asked: float) -> list[Run]:
        """Move rq's scores and times to live with the leases; returns unleased runs without a record."""
        try:
            lost = self._without_record([run for run in runs if run.lease is None])
            moment = server_seconds(self._connection) if runs else 0.0
            with self._records_lock, self._connection.pipeline() as pipeline:
                kept = [run for run in runs if not (run.void or run.completing or run in lost)]
                for run in kept:
                    self._write(run, moment, pipeline)
                self._heartbeat(pipeline=pipeline)
                pipeline.execute()
        except RedisError as error:
            logger.warning("the records of %d runs could not be renewed: %s", len(runs), error)
            return []
        for run in kept:
            run.renewed = run.renewed if run.lease else asked
        return lost

    def _without_record(self, runs: list[Run]) -> list[Run]:
        # With no lease to be lost, the record is what recovery takes away. (After Redis lost its memory
        # a leased run gets its record back; an unleased one can't know, and ends.)
        with self._connection.pipeline(transaction=False) as pipeline:
            for run in runs:
                pipeline.exists(run.record.key)
            present = pipeline.execute() if runs else []
        return [run for run, here in zip(runs, present, strict=True) if not here and not run.completing]

    def _write(self, run: Run, moment: float, pipeline: Pipeline) -> None:
        run.record.last_heartbeat = now()
        records.write(run.record, run.job, records.seconds(run.lease_seconds), moment, pipeline)
        if run.lease:
            pipeline.hset(run.record.key, LEASE_FIELD, lease_text(run.lease))
        pipeline.hset(run.job.key, "last_heartbeat", utcformat(run.record.last_heartbeat))


def _upstream(run: Run) -> str:
    return run.lease.upstream if run.lease else ""
