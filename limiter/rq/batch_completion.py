"""Batch completion: the plain ends of many runs, committed in one step.

Most jobs end plainly: they returned, they have no webhook, no repeat, no rate limit. Their threads hand them
over; all that wait are written by one script, which checks for each run that its record still exists and
that no other job depends on it. What fails this check, and all other ends, rq's own code completes alone.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from rq.executions import ExecutionRegistry
from rq.job import Retry
from rq.registry import FinishedJobRegistry
from rq.results import Result
from rq.utils import utcformat

from . import records, scripts
from .drain import drain
from .retry import retry_until_answered
from .runs import Run
from .vital import Vital

if TYPE_CHECKING:
    from .worker import ConcurrentWorker

logger = logging.getLogger("limiter.rq")

BATCH = 32

Argument = str | bytes | float


def is_plain(run: Run, value: object, result_ttl: int) -> bool:
    """Whether the end of this run asks for nothing beyond its own record."""
    job = run.job
    special = job.webhooks or job.repeats_left or job.has_rate_limit or result_ttl <= 0
    return not special and not isinstance(value, Retry)


class BatchCompleter:
    """One daemon thread that commits plain ends in batches."""

    def __init__(self, worker: ConcurrentWorker) -> None:
        self._worker = worker
        self._ended: queue.SimpleQueue[Run | None] = queue.SimpleQueue()
        self.thread = Vital("batch_completer", partial(drain, self._ended, BATCH), self._finish)
        self.thread.start()

    def finish(self, run: Run) -> None:
        self._ended.put(run)

    def stop(self) -> None:
        self._ended.put(None)

    def _finish(self, batch: list[Run]) -> None:
        try:
            self._commit(batch)
        finally:
            self._worker.leave(batch)

    def _commit(self, batch: list[Run]) -> None:
        """Together, but for those that must end alone; again while Redis is away."""
        retry_until_answered(partial(self._write, batch), f"the end of {len(batch)} jobs", self.thread.beat)

    def _write(self, batch: list[Run]) -> None:
        for run in self._together([run for run in batch if not run.void]):
            self._worker.finish_alone(run)

    def _together(self, runs: list[Run]) -> list[Run]:
        """Write the ends that nothing stands against; returns the runs that must end alone."""
        if not runs:
            return []
        worker = self._worker
        ends = [argument for run in runs for argument in self._end_of(run)]
        keys = (worker.key, worker.executions_key)
        alone = []
        replies = scripts.FINISH(worker.connection, keys, int(time.time()), *ends)
        for run, reply in zip(runs, replies, strict=True):
            if reply == b"done":
                worker.log_success(run)
            elif reply == b"lost":
                run.void = True
            else:
                alone.append(run)
        return alone

    def _end_of(self, run: Run) -> Iterable[Argument]:
        """What finish.lua takes for a run."""
        job, record = run.job, run.record
        took = (job.ended_at - job.started_at).total_seconds() if job.started_at and job.ended_at else 0.0
        # The class's own: the ticket's fields stay on the job's hash as they are (tickets.py).
        job_fields = _flat(type(job).to_dict(job, include_meta=False, include_result=False))
        result = _flat(_result(run, self._worker).serialize())
        return (
            job.key, job.dependents_key, job.dependencies_key, Result.get_key(job.id),  # type: ignore[no-untyped-call]

            ExecutionRegistry.key_template.format(job.id), record.key, records.started_key(job.origin),
            FinishedJobRegistry.key_template.format(job.origin), job.id, record.id,
            utcformat(job.ended_at) if job.ended_at else "", took,
            job.get_result_ttl(self._worker.default_result_ttl),
            len(job_fields), *job_fields, len(result), *result,
        )  # fmt: skip


def _result(run: Run, worker: ConcurrentWorker) -> Result:
    job = run.job
    return Result(
        job.id,
        Result.Type.SUCCESSFUL,
        job.connection,
        return_value=job._result,
        worker_name=worker.name,
        serializer=worker.job_serializer,
        execution_id=run.record.id,
        execution_started_at=run.record.created_at,
        execution_ended_at=job.ended_at,
    )


def _flat(fields: dict[str, Argument]) -> list[Argument]:
    return [part for field in fields.items() for part in field]
