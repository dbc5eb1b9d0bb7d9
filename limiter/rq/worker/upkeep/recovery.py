"""The one recovery: what happens to a job after the loss of its worker.

The gate ends leases that ran out and hands each to one caller, which owes its job this: rq's record
erased, the attempt counted by the ledger, the job back at the front of its own flow, or failed where the
ledger says that it must not run again. Runs on queues without an upstream have no lease; there the
record of the run is the lease, and the same recovery follows when it has expired.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, cast

from redis.exceptions import RedisError, WatchError
from rq.callbacks import execute_failure_callback
from rq.exceptions import AbandonedJobError, NoSuchJobError
from rq.executions import Execution, ExecutionRegistry
from rq.job import Job, JobStatus
from rq.job_lifecycle import call_exception_handlers, record_job_failure
from rq.rate_limit import release_slot

from ....base.server_time import server_seconds
from ....gate import Gate, GateError, Lease
from ....jobs.ledger import Ledger, get_ledger
from ... import records, upstreams
from ..deadlines import ThreadDeadline
from ..runs import InFlight
from .popped import Popped
from .server_clock import ServerClock

if TYPE_CHECKING:
    from redis.client import Pipeline
    from rq.queue import Queue

logger = logging.getLogger("limiter.rq")

EXPIRED_AT_ONCE = 100
OVER = (JobStatus.CANCELED, JobStatus.STOPPED)


def recover(lease: Lease, queue: Queue, ledger: Ledger, handlers: Sequence[object] = ()) -> bool:
    """Give the job of an ended lease back to its queue, or fail it; True: it is back in line.

    Called once for each lease. A run that is alive after all finds its record gone and changes nothing.
    """
    again = ledger.reclaimed(lease)
    try:
        job = queue.job_class.fetch(lease.job, connection=queue.connection, serializer=queue.serializer)
    except NoSuchJobError:
        _erase(lease, queue)
        return False
    if again:
        back = _requeue(job, queue, lease)
        where = "back in line" if back else "in line already, or over"  # two workers may be at it
        logger.warning("job %s lost its worker and is %s", job.id, where)
        return back
    _abandon(job, queue, lease, handlers)
    return False


def _erase(lease: Lease, queue: Queue, pipeline: Pipeline | None = None) -> None:
    """Remove every record of the job's runs: a lease is the only permit, so with it they all end.

    There is more than one where a stock worker ran the job: its execution has an id of its own.
    """
    ids = {lease.id, *ExecutionRegistry(lease.job, queue.connection).get_execution_ids()}
    with nullcontext(pipeline) if pipeline is not None else queue.connection.pipeline() as writes:
        for execution_id in ids:
            records.erase(queue.connection, queue.name, lease.job, execution_id, writes)
        if pipeline is None:
            writes.execute()


def _requeue(job: Job, queue: Queue, lease: Lease) -> bool:
    with queue.connection.pipeline() as pipeline:
        while True:
            try:
                pipeline.watch(job.key, queue.key)  # type: ignore[no-untyped-call]
                status = job.get_status(refresh=True)
                in_line = status == JobStatus.QUEUED and queue.connection.lpos(queue.key, job.id) is not None
                pipeline.multi()
                _erase(lease, queue, pipeline)
                back = not (in_line or status in OVER)
                if back:
                    records.put_back(job, queue, pipeline)
                pipeline.execute()
                return back
            except WatchError:
                continue


def _abandon(job: Job, queue: Queue, lease: Lease, handlers: Sequence[object]) -> None:
    """As rq's registry treats a job after the death of its worker: a retry where one is left, else failed."""
    abandoned = job.get_status(refresh=True) == JobStatus.STARTED
    if abandoned:
        _call_handlers(job, handlers)
    retry = abandoned and job.should_retry
    reason = f"Moved to FailedJobRegistry, due to {AbandonedJobError.__name__}: its worker is gone"
    with queue.connection.pipeline() as pipeline:
        _erase(lease, queue, pipeline)
        if retry:
            job.retry(queue, pipeline)
        elif abandoned:
            record_job_failure(job, reason, pipeline)
        pipeline.execute()
    if abandoned and not retry:
        queue.enqueue_dependents(job)
        job.send_webhooks(JobStatus.FAILED, exc_string=reason)
    if abandoned:
        release_slot(job)


def _call_handlers(job: Job, handlers: Sequence[object]) -> None:
    error = AbandonedJobError()
    try:
        execute_failure_callback(job, ThreadDeadline, AbandonedJobError, error, None)
        call_exception_handlers(handlers, job, AbandonedJobError, error, None)  # type: ignore[arg-type]
    except Exception:
        logger.exception("a failure callback of abandoned job %s raised", job.id)


def abandoned(queue: Queue, upstream: str) -> list[Lease]:
    """Runs with an expired record, as leases that ended.

    On a queue without an upstream the record is all there is. Behind a gate this is the net for a lease
    that ended while its recovery was lost on the way (the record outlives the lease).
    """
    runs = records.listed(queue.connection, queue.name)
    alive = _alive(queue, runs)
    working = {job for (job, _), here in zip(runs, alive, strict=True) if here}
    gone = []
    for (job, execution), here in zip(runs, alive, strict=True):
        if here:
            continue
        if job in working:  # it runs again already: only the trace is left to remove
            with queue.connection.pipeline() as pipeline:
                records.erase(queue.connection, queue.name, job, execution, pipeline)
                pipeline.execute()
        else:
            gone.append(Lease(execution, job, upstream, "", "", 0, 0, "", 0.0))
    return gone


def _alive(queue: Queue, runs: Sequence[tuple[str, str]]) -> list[int]:
    with queue.connection.pipeline(transaction=False) as pipeline:
        for job, execution in runs:
            pipeline.exists(Execution(execution, job, queue.connection).key)
        return cast("list[int]", pipeline.execute()) if runs else []


class Recovery:
    """Looks after every queue of a worker."""

    def __init__(
        self, queues: Sequence[Queue], gate: Gate, in_flight: InFlight, handlers: Sequence[object]
    ) -> None:
        self._queues, self._gate, self._in_flight, self._handlers = queues, gate, in_flight, handlers
        self._popped = {each.name: Popped(each) for each in queues}
        self._clocks = {
            id(each.connection): ServerClock(partial(server_seconds, each.connection)) for each in queues
        }

    def recover_all(self) -> None:
        try:
            settled = [clock.is_settled() for clock in self._clocks.values()]
        except RedisError as error:
            logger.warning("recovery must wait: %s", error)
            return
        if not all(settled):
            return
        for queue in self._queues:
            try:
                self._recover_queue(queue)
            except (GateError, RedisError) as error:
                logger.warning("recovery on queue %s must wait: %s", queue.name, error)
            except Exception:
                logger.exception("recovery on queue %s failed", queue.name)

    def _recover_queue(self, queue: Queue) -> None:
        upstream = upstreams.upstream_of(queue.name)
        if upstream is None:
            self._popped[queue.name].put_back()
        ended = [*(self._expired(upstream) if upstream else ()), *self._not_ours(queue)]
        if not ended:
            return
        ledger = get_ledger(queue.connection)
        for lease in ended:
            recover(lease, queue, ledger, self._handlers)

    def _expired(self, upstream: str) -> Iterator[Lease]:
        """All of them: a call that came back full has left some."""
        while ended := self._gate.expire(upstream, EXPIRED_AT_ONCE):
            yield from ended
            if len(ended) < EXPIRED_AT_ONCE:
                return

    def _not_ours(self, queue: Queue) -> list[Lease]:
        # A run of this worker with an expired record is cut by its renewals first; its job follows next time.
        leases = abandoned(queue, upstreams.upstream_of(queue.name) or "")
        return [lease for lease in leases if self._in_flight.get(lease.id) is None]
