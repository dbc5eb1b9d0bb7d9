"""Taking jobs into free slots: admitted or popped, fetched and marked started, a batch at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import uuid4

from rq.utils import as_text, now, utcformat

from ..execution import Execution
from ..gate import Lease, Outcome
from . import records
from .admission import admit
from .ledger import LEASE_FIELD, lease_text
from .renewals import RECORD_MARGIN
from .runs import Run

if TYPE_CHECKING:
    from rq.job import Job
    from rq.queue import Queue

    from .worker import ConcurrentWorker

logger = logging.getLogger("limiter.rq")


class Intake:
    """Fills the slots of a worker from its queues."""

    def __init__(self, worker: ConcurrentWorker) -> None:
        self._worker = worker
        self.retry_at: float | None = None  # the earliest moment at which a gate said to ask again

    def take(self, queue: Queue, k: int) -> list[Run]:
        """Up to k jobs of a queue, started in rq's terms: a round trip to admit, to fetch, and to start."""
        upstream = self._worker.upstream_of(queue)
        runs = self._popped(queue, k) if upstream is None else self._admitted(queue, upstream, k)
        if runs:
            self._start(runs, gated=upstream is not None)
        return runs

    def forget_retry(self) -> None:
        self.retry_at = None

    def _admitted(self, queue: Queue, upstream: str, k: int) -> list[Run]:
        admission = admit(self._worker.gate, upstream, k)
        if admission.retry_at is not None:
            self.retry_at = min(self.retry_at or admission.retry_at, admission.retry_at)
        leases = {lease.job: lease for lease in admission.leases}
        jobs = self._fetch(leases, queue)
        for job_id, lease in leases.items():
            if job_id not in jobs:
                self._worker.gate.settle(upstream, lease.id, Outcome.RETURNED)
        return [self._run(jobs[job], queue, lease) for job, lease in leases.items() if job in jobs]

    def _popped(self, queue: Queue, k: int) -> list[Run]:
        with queue.connection.pipeline(transaction=False) as pipeline:
            for _ in range(min(k, queue.count)):
                pipeline.lmove(queue.key, queue.intermediate_queue_key)
            ids = [as_text(popped) for popped in pipeline.execute() if popped is not None]
        jobs = self._fetch(ids, queue)
        for job_id in ids:
            if job_id not in jobs:
                queue.intermediate_queue.remove(job_id)
        return [self._run(jobs[job], queue, None) for job in ids if job in jobs]

    def _fetch(self, ids: Iterable[str], queue: Queue) -> dict[str, Job]:
        """The jobs that exist and can be read; one that can't must not take the others with it."""
        ids = list(ids)
        if not ids:
            return {}
        try:
            fetched = queue.job_class.fetch_many(ids, queue.connection, self._worker.serializer)
        except Exception:
            fetched = [self._fetch_one(job_id, queue) for job_id in ids]
        return {job.id: job for job in fetched if job is not None}

    def _fetch_one(self, job_id: str, queue: Queue) -> Job | None:
        try:
            return queue.job_class.fetch(job_id, queue.connection, self._worker.serializer)
        except Exception:
            logger.exception("job %s of queue %s can't be read and is dropped", job_id, queue.name)
            return None

    def _run(self, job: Job, queue: Queue, lease: Lease | None) -> Run:
        execution = Execution(
            id=lease.id if lease else uuid4().hex,
            job=job.id,
            lease=lease,
            on_accepted=self._worker.tell_accepted if lease else None,
        )
        seconds = self._worker.lease_seconds
        if lease is not None:
            seconds = self._worker.note_lease(lease)
        record = records.new_record(job, execution.id, self._worker.name)
        return Run(job, queue, execution, record, seconds, lease, renewed=time.monotonic())

    def _start(self, runs: list[Run], gated: bool) -> None:
        """rq's prepare_execution and prepare_job_execution for all of them in one transaction."""
        worker = self._worker
        with worker.connection.pipeline() as pipeline:
            for run in runs:
                records.write(run.record, run.job, run.lease_seconds + RECORD_MARGIN, pipeline)
                if run.lease:
                    pipeline.hset(run.record.key, LEASE_FIELD, lease_text(run.lease))
                run.job.prepare_for_execution(worker.name, pipeline=pipeline)
                pipeline.persist(run.job.key)
                if not gated:
                    pipeline.lrem(run.queue.intermediate_queue_key, 1, run.job.id)
                worker.executions[run.record.id] = run.record
            pipeline.hset(worker.key, mapping={"state": "busy", "last_heartbeat": utcformat(now())})
            pipeline.expire(worker.executions_key, worker.worker_ttl + 60)
            pipeline.execute()
