"""Batch completion: the plain ends of many runs, committed in one step.

Most jobs end plainly: they returned, they have no webhook, no repeat, no rate limit. Their threads hand them
over; all that wait are written by one script, which checks for each run that its record still exists and
that no other job depends on it. What fails this check, and all other ends, rq's own code completes alone.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from rq.executions import ExecutionRegistry
from rq.job import Retry
from rq.registry import FinishedJobRegistry
from rq.results import Result
from rq.utils import utcformat

from ... import records, scripts
from ...retry import retry_until_answered
from ..runs import Identity, Run
from ..threads.drain import drain
from ..threads.vital import Vital

logger = logging.getLogger("limiter.rq")

BATCH = 32

Argument = str | bytes | float


def is_plain(run: Run, value: object, result_ttl: int) -> bool:
    """Whether the end of this run asks for nothing beyond its own record."""
    job = run.job
    special = job.webhooks or job.repeats_left or job.has_rate_limit or result_ttl <= 0
    return not special and not isinstance(value, Retry)


class BatchCompleter:
    """One daemon thread that commits plain ends in batches.

    Each run is then `done`, or must end `alone`; at last all that were handed over `leave` their slots.
    """

    def __init__(
        self,
        identity: Identity,
        *,
        done: Callable[[Run], None],
        alone: Callable[[Run], None],
        leave: Callable[[Sequence[Run]], None],
    ) -> None:
        self._identity = identity
        self._done, self._alone, self._leave = done, alone, leave
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
            self._leave(batch)

    def _commit(self, batch: list[Run]) -> None:
        """Together, but for those that must end alone; again while Redis is away."""
        retry_until_answered(partial(self._write, batch), f"the end of {len(batch)} jobs", self.thread.beat)

    def _write(self, batch: list[Run]) -> None:
        for run in self._together([run for run in batch if not run.void]):
            self._alone(run)

    def _together(self, runs: list[Run]) -> list[Run]:
        """Write the ends that nothing stands against; returns the runs that must end alone."""
        if not runs:
            return []
        identity = self._identity
        ends = [argument for run in runs for argument in self._end_of(run)]
        keys = (identity.key, identity.executions_key)
        alone = []
        replies = scripts.FINISH(identity.connection, keys, *ends)
        for run, reply in zip(runs, replies, strict=True):
            if reply == b"done":
                self._done(run)
            elif reply == b"lost":
                run.void = True
            else:
                alone.append(run)
        return alone

    def _end_of(self, run: Run) -> Iterable[Argument]:
        """What finish.lua takes for a run."""
        job, record = run.job, run.record
        took = (job.ended_at - job.started_at).total_seconds() if job.started_at and job.ended_at else 0.0
        job_fields = _flat(job.to_dict(include_meta=False, include_result=False))
        result = _flat(_result(run, self._identity).serialize())
        return (
            job.key, job.dependents_key, job.dependencies_key, Result.get_key(job.id),  # type: ignore[no-untyped-call]

            ExecutionRegistry.key_template.format(job.id), record.key, records.started_key(job.origin),
            FinishedJobRegistry.key_template.format(job.origin), job.id, record.id,
            utcformat(job.ended_at) if job.ended_at else "", took,
            job.get_result_ttl(self._identity.result_ttl),
            len(job_fields), *job_fields, len(result), *result,
        )  # fmt: skip


def _result(run: Run, identity: Identity) -> Result:
    job = run.job
    return Result(
        job.id,
        Result.Type.SUCCESSFUL,
        job.connection,
        return_value=job._result,
        worker_name=identity.name,
        serializer=identity.serializer,
        execution_id=run.record.id,
        execution_started_at=run.record.created_at,
        execution_ended_at=job.ended_at,
    )


def _flat(fields: dict[str, Argument]) -> list[Argument]:
    return [part for field in fields.items() for part in field]
