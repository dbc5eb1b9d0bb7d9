"""GatedJob: rq's job, which carries its ticket in each save and runs under its lease.

rq saves a job in many ways (pipelines, the script for unique jobs, deferral, schedules) and all of them
go through to_dict: there the ticket's fields join the others, in one write, in rq's own transaction. On
the hash they stay when rq's own code puts the job back in its queue.

rq's own workers know nothing of leases, and call perform, in their process or in a fork of it. Around
that call the lease is kept alive by a thread and settled with what the function reported. Where a horse
is killed, the lease simply ends and its job is recovered. SpawnWorker fetches the job anew in its child,
past this: its jobs run without their lease, which then ends by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from redis.exceptions import RedisError
from rq.executions import Execution as RQExecution
from rq.job import Job

from ..gate import Gate, GateError, Lease, Outcome
from ..jobs.execution import AbortReason, Execution, running, settle
from . import tickets
from .named_job import NamedJob

logger = logging.getLogger("limiter.rq")

RENEWALS_A_LEASE = 3


class GatedJob(NamedJob):
    """A job of a gated queue."""

    _lease: tuple[Lease, Gate, float] | None = None

    @classmethod
    def of(cls, job: Job) -> GatedJob:
        """A job that was made as rq's own, as one of ours; both see each change of the other."""
        if isinstance(job, GatedJob):
            return job
        kind = gated(type(job))
        ours = kind.__new__(kind)
        ours.__dict__ = job.__dict__
        return ours

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Job) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def to_dict(self, include_meta: bool = True, include_result: bool = True) -> dict[str, Any]:
        stored: dict[str, Any] = super().to_dict(include_meta, include_result)
        return {**stored, **tickets.stored(self.meta)} if include_meta else stored

    def restore(self, raw_data: Any) -> Any:
        """As rq's; the ticket is what stands on the hash, where its priority may have changed since."""
        restored = super().restore(raw_data)
        self.meta.update(tickets.changed(raw_data, self.meta))
        return restored

    def get_executions(self) -> list[RQExecution]:
        """The runs that have a record. rq raises for one that is over and still listed: at each moment when a
        run ends, and for a minute where its worker died."""
        found = []
        for each in self.execution_registry.get_execution_ids():
            with suppress(ValueError):
                found.append(RQExecution.fetch(each, self.id, self.connection))
        return found

    def lease_to(self, lease: Lease, gate: Gate, seconds: float) -> None:
        """Have the job's function run under the lease, in a worker that knows nothing of it.

        `seconds` is how long the lease holds from now.
        """
        self._lease = lease, gate, max(0.1, seconds)

    def perform(self) -> Any:
        if self._lease is None:
            return super().perform()
        lease, gate, seconds = self._lease

        def accepted(_: Execution) -> None:
            gate.accepted(lease.upstream, [lease.id])

        execution = Execution(id=lease.id, job=self.id, lease=lease, on_accepted=accepted)
        with running(execution), _kept(execution, lease, gate, seconds):
            try:
                result = super().perform()
            except BaseException:
                _settle(lease, gate, execution, Outcome.FAILURE)
                raise
            _settle(lease, gate, execution, Outcome.SUCCESS)
            return result


_kinds: dict[type[Job], type[GatedJob]] = {Job: GatedJob, GatedJob: GatedJob}


def gated(kind: type[Job]) -> type[GatedJob]:
    """The class of a gated queue's jobs: a project may have a class of its own, which is derived from."""
    if kind not in _kinds:
        derived = kind if issubclass(kind, GatedJob) else type(kind.__name__, (GatedJob, kind), {})
        _kinds[kind] = cast("type[GatedJob]", derived)
    return _kinds[kind]


def _settle(lease: Lease, gate: Gate, execution: Execution, by_default: Outcome) -> None:
    if execution.abort_reason is AbortReason.LEASE_LOST:
        return
    outcome = execution.outcome or by_default
    try:
        settle(gate, lease.upstream, execution, outcome)
    except (GateError, RedisError):
        # The lease ends by itself, and reconcile drives the settlement again from the ledger.
        logger.exception("the lease of job %s could not be settled", lease.job)


@contextmanager
def _kept(execution: Execution, lease: Lease, gate: Gate, seconds: float) -> Iterator[None]:
    """Renew the lease until the block ends; where it is lost, cut the call."""
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(execution, lease, gate, seconds, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(execution: Execution, lease: Lease, gate: Gate, seconds: float, done: threading.Event) -> None:
    alive = time.monotonic()
    while not done.wait(seconds / RENEWALS_A_LEASE):
        asked = time.monotonic()
        try:
            lost = gate.renew(lease.upstream, [lease])
        except (GateError, RedisError) as error:
            logger.warning("the lease of job %s could not be renewed: %s", lease.job, error)
            lost = frozenset({lease.id}) if asked - alive > seconds else frozenset()
        else:
            alive = asked
        if lost:
            execution.abort(AbortReason.LEASE_LOST)
            return
