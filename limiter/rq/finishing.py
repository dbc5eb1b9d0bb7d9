"""Committing the ends of many runs in one transaction.

Most jobs end plainly: they returned, nobody depends on them, they have no webhook, no repeat, no rate
limit. Their threads hand them over; whatever has gathered is committed together, with rq's own calls and
rq's own guard (WATCH on each job's dependents: one that is added meanwhile voids the transaction). All
other ends, and any batch that meets one, take rq's own road one by one.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from redis import exceptions
from rq.job import Retry

from .gathering import gather
from .runs import Run

if TYPE_CHECKING:
    from redis.client import Pipeline

    from .worker import ConcurrentWorker

logger = logging.getLogger("limiter.rq")

BATCH = 32


def is_plain(run: Run, value: object, result_ttl: int) -> bool:
    """Whether the end of this run asks for nothing beyond its own record."""
    job = run.job
    special = job.webhooks or job.repeats_left or job.has_rate_limit or result_ttl == 0
    return not special and not isinstance(value, Retry)


class Finisher:
    """One daemon thread that commits plain ends in batches."""

    def __init__(self, worker: ConcurrentWorker) -> None:
        self._worker = worker
        self._ended: queue.SimpleQueue[Run | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="finisher", daemon=True).start()

    def finish(self, run: Run) -> None:
        self._ended.put(run)

    def stop(self) -> None:
        self._ended.put(None)

    def _run(self) -> None:
        while batch := gather(self._ended, BATCH):
            try:
                self._commit(batch)
            except Exception:
                logger.exception("the ends of %d jobs could not be committed", len(batch))
            for run in batch:
                self._worker.leave(run)

    def _commit(self, batch: list[Run]) -> None:
        """Together if nothing stands against it, else one by one; again while Redis is away."""
        pause = 0.1
        while True:
            try:
                runs = [run for run in batch if not run.void]
                if not runs or self._together(runs):
                    return
                for run in runs:
                    self._worker.finish_alone(run)
                return
            except (exceptions.ConnectionError, exceptions.TimeoutError) as error:
                logger.warning("the ends of %d jobs wait for Redis: %s", len(batch), error)
                time.sleep(pause)
                pause = min(pause * 2, 5.0)

    def _together(self, runs: list[Run]) -> bool:
        dependents = [run.job.dependents_key for run in runs]
        fences = [run.record.key for run in runs]
        with self._worker.connection.pipeline() as pipeline:
            try:
                pipeline.watch(*dependents, *fences)  # type: ignore[no-untyped-call]
                if pipeline.exists(*dependents):
                    return False
                if pipeline.exists(*fences) != len(runs):
                    return False
                pipeline.multi()
                self._write(runs, pipeline)
                pipeline.execute()
            except exceptions.WatchError:
                return False
        for run in runs:
            self._worker.log_success(run)
        return True

    def _write(self, runs: list[Run], pipeline: Pipeline) -> None:
        worker, worked = self._worker, timedelta()
        for run in runs:
            job, record = run.job, run.record
            if job.started_at and job.ended_at:
                worked += job.ended_at - job.started_at
            ttl = job.get_result_ttl(worker.default_result_ttl)
            job._handle_success(
                ttl,
                pipeline=pipeline,
                worker_name=worker.name,
                execution_id=record.id,
                execution_started_at=record.created_at,
                execution_ended_at=job.ended_at,
            )
            job.cleanup(ttl, pipeline=pipeline, remove_from_queue=False)
            record.delete(job=job, pipeline=pipeline)
        pipeline.hincrby(worker.key, "successful_job_count", len(runs))
        worker.increment_total_working_time(worked, pipeline)
