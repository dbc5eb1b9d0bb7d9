"""The fetch of jobs into free slots: admitted or popped, then marked started in one step for a batch."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from rq.executions import ExecutionRegistry
from rq.job import Job, JobStatus
from rq.utils import as_text, now, utcformat

from ...gate import Gate, Outcome
from ...jobs.execution import Execution
from .. import records, scripts, upstreams
from ..admission import admit
from ..job import gated
from ..ledger import lease_text
from ..named_job import fail_refused, refusal_of
from .runs import Identity, Run
from .upkeep.pace import LeasePace

if TYPE_CHECKING:
    from redis.client import Pipeline
    from rq.executions import Execution as RQExecution
    from rq.queue import Queue

logger = logging.getLogger("limiter.rq")

MOMENTS = ("created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat")


class Fetcher:
    """Fills the slots of a worker from its queues."""

    def __init__(
        self,
        identity: Identity,
        gate: Gate,
        pace: LeasePace,
        executions: dict[str, RQExecution],
        accepted: Callable[[Execution], None],
    ) -> None:
        self._identity, self._gate, self._pace = identity, gate, pace
        self._executions, self._accepted = executions, accepted
        self._given = 0.0  # the gate's clock when it last answered
        self.retry_at: float | None = (
            None  # the earliest moment worth asking a gate again, on our monotonic clock
        )

    def take(self, queue: Queue, k: int) -> list[Run]:
        """Up to k jobs of a queue, started in rq's terms: a round trip to admit and one to start."""
        upstream = upstreams.upstream_of(queue.name)
        executions = self._popped(queue, k) if upstream is None else self._admitted(upstream, k)
        return self._start(executions, queue) if executions else []

    def forget_retry(self) -> None:
        self.retry_at = None

    def _admitted(self, upstream: str, k: int) -> list[Execution]:
        admission = admit(self._gate, upstream, k)
        self._given = admission.now
        if (wait := admission.wait_seconds) is not None:
            again = time.monotonic() + wait
            self.retry_at = min(self.retry_at or again, again)
        return [
            Execution(id=lease.id, job=lease.job, lease=lease, on_accepted=self._accepted)
            for lease in admission.leases
        ]

    def _popped(self, queue: Queue, k: int) -> list[Execution]:
        with queue.connection.pipeline(transaction=False) as pipeline:
            for _ in range(min(k, queue.count)):
                pipeline.lmove(queue.key, queue.intermediate_queue_key)
            ids = [as_text(popped) for popped in pipeline.execute() if popped is not None]
        return [Execution(id=uuid4().hex, job=job_id) for job_id in ids]

    def _start(self, executions: Sequence[Execution], queue: Queue) -> list[Run]:
        lease = executions[0].lease
        seconds = self._pace.note(lease, self._given) if lease else self._pace.seconds
        started = now()
        found = self._mark(executions, queue, seconds, started)
        runs = []
        for execution, fields in zip(executions, found, strict=True):
            job = self._read(execution, queue, fields, started) if fields else None
            if job is None:
                self._drop(execution, queue, is_unreadable=bool(fields))
            elif refusal := refusal_of(job):
                self._refuse(execution, job, queue, refusal)
            else:
                runs.append(self._run(execution, job, queue, seconds))
        return runs

    def _mark(
        self, executions: Sequence[Execution], queue: Queue, seconds: float, started: datetime
    ) -> list[list[bytes]]:
        """Write that they are started; the fields of each job as they were."""
        worker = self._identity
        leased = executions[0].lease is not None
        keys = (
            records.started_key(queue.name), worker.key, worker.executions_key,
            "" if leased else queue.intermediate_queue_key,
        )  # fmt: skip
        arguments: list[str | float] = [
            utcformat(started), started.timestamp(), records.REGISTRY_SECONDS,
            records.seconds(seconds), worker.name, worker.ttl + 60,
        ]  # fmt: skip
        for each in executions:
            arguments += (
                queue.job_class.key_for(each.job), records.key_of(each.job, each.id),
                ExecutionRegistry.key_template.format(each.job), each.job, each.id,
                lease_text(each.lease) if each.lease else "",
            )  # fmt: skip
        found: list[list[bytes]] = scripts.START(worker.connection, keys, *arguments)
        return found

    def _read(self, execution: Execution, queue: Queue, fields: list[bytes], started: datetime) -> Job | None:
        """The job as it is now; None: it can't be read, which must not take the others with it."""
        try:
            job = gated(queue.job_class)(execution.job, queue.connection, self._identity.serializer)
            _restore(job, dict(zip(fields[::2], fields[1::2], strict=True)))
        except Exception:
            logger.exception("job %s of queue %s can't be read and is dropped", execution.job, queue.name)
            return None
        job.worker_name, job._status = self._identity.name, JobStatus.STARTED
        job.started_at = job.last_heartbeat = started
        return job

    def _drop(self, execution: Execution, queue: Queue, *, is_unreadable: bool) -> None:
        self._give_lease_back(execution)
        if is_unreadable:
            with self._identity.connection.pipeline() as pipeline:
                self._erase(execution, queue, pipeline)
                pipeline.hset(queue.job_class.key_for(execution.job), "status", JobStatus.QUEUED)
                pipeline.execute()

    def _refuse(self, execution: Execution, job: Job, queue: Queue, refusal: str) -> None:
        """A job that names what it may not: it fails, and nothing of it was imported or unpickled."""
        self._give_lease_back(execution)
        with self._identity.connection.pipeline() as pipeline:
            self._erase(execution, queue, pipeline)
            fail_refused(job, refusal, pipeline)
            pipeline.execute()

    def _give_lease_back(self, execution: Execution) -> None:
        if execution.lease is not None:
            self._gate.settle(execution.lease.upstream, execution.id, Outcome.RETURNED)

    def _erase(self, execution: Execution, queue: Queue, pipeline: Pipeline) -> None:
        records.erase(queue.connection, queue.name, execution.job, execution.id, pipeline)
        pipeline.srem(self._identity.executions_key, f"{execution.job}:{execution.id}")

    def _run(self, execution: Execution, job: Job, queue: Queue, seconds: float) -> Run:
        record = records.new_record(job, execution.id, self._identity.name)
        self._executions[record.id] = record
        return Run(job, queue, execution, record, seconds, execution.lease, renewed=time.monotonic())


def _restore(job: Job, fields: dict[bytes, Any]) -> None:
    """rq's own, but for the moments, of which strptime takes longer than of all the rest."""
    moments = {name: fields.pop(name.encode(), b"") for name in MOMENTS}
    job.restore(fields)
    for name, written in moments.items():
        if written:
            setattr(job, name, datetime.fromisoformat(written.decode()))
