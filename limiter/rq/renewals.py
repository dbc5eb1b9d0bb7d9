"""Keeping what is in flight alive: every lease and every record of rq's, a few round trips for all."""

from __future__ import annotations

import itertools
import logging
import math
import time
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq.utils import now, utcformat

from ..execution import AbortReason
from ..gate import GateError
from . import records
from .deadlines import cut
from .ledger import LEASE_FIELD, lease_text
from .runs import Run

if TYPE_CHECKING:
    from redis.client import Pipeline

    from .worker import ConcurrentWorker

logger = logging.getLogger("limiter.rq")


def record_seconds(lease_seconds: float) -> int:
    """How long rq's record holds: a little longer than the lease, whose end the gate hands to one caller.

    Should that caller die with it, the end of the record is the second net, and hardly later.
    """
    return math.ceil(lease_seconds + max(2.0, lease_seconds / 3))


class Renewals:
    """Renews every third of a lease, and cuts the runs without a lease any more.

    A run that could not be renewed for a whole lease is cut too: by then its job may run elsewhere.
    """

    def __init__(self, worker: ConcurrentWorker) -> None:
        self._worker = worker

    def renew(self) -> None:
        runs = [run for run in self._worker.in_flight.all() if not run.void]
        asked = time.monotonic()
        for run in self._renew_leases(runs, asked) + self._renew_records(runs, asked):
            self._lose(run, "was given to another worker")
        for run in runs:
            if time.monotonic() - run.renewed > run.lease_seconds:
                self._lose(run, "could not be renewed in time")

    def _lose(self, run: Run, why: str) -> None:
        if not run.void:
            logger.error(
                "worker %s: the lease of job %s %s, its call is cut", self._worker.name, run.job.id, why
            )
            run.void = True
            cut(run.execution, AbortReason.LEASE_LOST)

    def _renew_leases(self, runs: list[Run], asked: float) -> list[Run]:
        lost: list[Run] = []
        leased = sorted((run for run in runs if run.lease), key=_upstream)
        for upstream, group in itertools.groupby(leased, key=_upstream):
            mine = list(group)
            try:
                gone = self._worker.gate.renew(upstream, [run.lease for run in mine if run.lease])
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
            with self._worker.records_lock, self._worker.connection.pipeline() as pipeline:
                kept = [run for run in runs if not (run.void or run.completing or run in lost)]
                for run in kept:
                    self._write(run, pipeline)
                self._worker.heartbeat(pipeline=pipeline)
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
        with self._worker.connection.pipeline(transaction=False) as pipeline:
            for run in runs:
                pipeline.exists(run.record.key)
            present = pipeline.execute() if runs else []
        return [run for run, here in zip(runs, present, strict=True) if not here and not run.completing]

    def _write(self, run: Run, pipeline: Pipeline) -> None:
        run.record.last_heartbeat = now()
        records.write(run.record, run.job, record_seconds(run.lease_seconds), pipeline)
        if run.lease:
            pipeline.hset(run.record.key, LEASE_FIELD, lease_text(run.lease))
        pipeline.hset(run.job.key, "last_heartbeat", utcformat(run.record.last_heartbeat))


def _upstream(run: Run) -> str:
    return run.lease.upstream if run.lease else ""
