"""What a worker has in flight."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...gate import Lease, Outcome
from ...jobs.execution import AbortReason, Execution, current_execution
from ..listener import WakeUp

if TYPE_CHECKING:
    from redis import Redis
    from rq.executions import Execution as RQExecution
    from rq.job import Job
    from rq.queue import Queue


@dataclass(frozen=True, slots=True)
class Identity:
    """A worker's name and keys in RQ, and what its runs are read and written with."""

    connection: Redis
    name: str
    key: str
    executions_key: str
    ttl: int  # seconds that RQ remembers a worker without a heartbeat
    result_ttl: int
    serializer: Any  # for jobs and results


@dataclass(eq=False)
class Run:
    """One job in one slot: our execution, rq's record of it, and its lease if its queue has an upstream."""

    job: Job
    queue: Queue
    execution: Execution
    record: RQExecution
    lease_seconds: float
    lease: Lease | None = None
    outcome: Outcome = Outcome.FAILURE  # to settle with where the job function reported nothing
    renewed: float = field(default_factory=time.monotonic)
    handed_over: bool = False  # to the batch_completer, which frees the slot
    completing: bool = False  # its end is being written: its record must not be renewed any more
    void: bool = False  # given back or lost: whatever its thread still does must change nothing

    @property
    def id(self) -> str:
        return self.execution.id

    @property
    def stopped(self) -> bool:
        return self.execution.abort_reason is AbortReason.STOPPED


class InFlight:
    """The runs of one worker, shared by its threads; wakes the main thread whenever one ends."""

    def __init__(self, wake_up: WakeUp) -> None:
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()
        self._wake_up = wake_up

    def __len__(self) -> int:
        return len(self._runs)

    def add(self, runs: list[Run]) -> None:
        with self._lock:
            self._runs.update((run.id, run) for run in runs)

    def remove(self, runs: Sequence[Run]) -> None:
        with self._lock:
            for run in runs:
                self._runs.pop(run.id, None)
        self._wake_up.send()

    def all(self) -> list[Run]:
        with self._lock:
            return list(self._runs.values())

    def get(self, execution_id: str) -> Run | None:
        return self._runs.get(execution_id)

    def of_job(self, job_id: str) -> list[Run]:
        return [run for run in self.all() if run.job.id == job_id]

    def here(self) -> Run | None:
        """The run of this thread; None where rq's code was called directly, past the work loop."""
        execution = current_execution()
        return self.get(execution.id) if execution is not None else None
