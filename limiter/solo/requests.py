"""The request manager: a fair, rate-limited line and a pool of threads, in one process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Self

from limiter.gate.model import Lease, Outcome, Settlement, Ticket
from limiter.jobs.execution import AbortReason, Execution, running, settle
from limiter.operations.watch import thread_failed

from .gate import SoloGate
from .pauses import Pauses
from .stats import Recorder, Stats
from .task import GaveUpError, Run, Task

logger = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE = 0.1  # seconds: what fails at once again must not fill a processor

Around = Callable[[], AbstractContextManager[object]]


class RequestManager:
    """Runs jobs in a pool of threads, each when the gate admits it. Thread-safe.

    Needs neither Redis nor a database. By itself it makes a gate of its own; given one, it serves
    one upstream of it, as its owner configured it. What waits is lost with the
    process: the app that keeps the jobs hands them in again (`resume`).
    """

    def __init__(
        self,
        *,
        requests_per_minute: float | None = 30.0,
        workers: int = 3,
        attempts: int = 50,  # of one job, before it is given up
        upstream: str = "solo",
        gate: SoloGate | None = None,
        leased: bool = True,  # False: a run sees no lease, as behind a queue of RQ without an upstream
        around: Around = nullcontext,  # entered in a thread around each run, and around each hook
        before_offer: Callable[[Ticket], object] | None = None,
        after_settle: Callable[[Execution, Settlement], object] | None = None,
    ) -> None:
        self.upstream = upstream
        self.workers = workers
        self._leased = leased
        self._attempts = attempts
        self._gate = gate or SoloGate.for_one(upstream, requests_per_minute, workers)
        self._around, self._before_offer, self._after_settle = around, before_offer, after_settle
        self._lock = threading.RLock()
        self._tasks: dict[str, Task] = {}
        self._pauses = Pauses()
        self._threads: list[threading.Thread] = []
        self._stopping = False
        self._recorder = Recorder()

    # What is asked of it ----------------------------------------------------------------------

    def submit(
        self,
        job_id: str,
        *,
        run: Run,
        flow: str = "",
        group: str = "",
        priority: int = 0,
        document: str = "",
        tokens: int = 0,
        delay: float = 0.0,
    ) -> Future[None]:
        """Put a job in line, after `delay` seconds. A job that waits already keeps its place.

        One that runs goes in line again when it ends: its run may have been about to end. The answer
        is done when the job has ended for good. Raises RuntimeError after shutdown.
        """
        return self._submit(Ticket(job_id, flow, group, priority, document, tokens), run, delay).ended

    def resume(self, waiting: Iterable[Ticket], run: Run) -> int:
        """Put in line what was waiting when the process ended, in this order."""
        return len([self._submit(ticket, run, 0.0) for ticket in waiting])

    def cancel(self, job_id: str) -> bool:
        """Take a waiting job out, or cut the call of a running one. False: neither was the case."""
        with self._lock:
            task = self._tasks.get(job_id)
            if task is None:
                return False
            task.drop_follower()
            if task.execution is None:
                self._drop(task)
                return True
            execution = task.execution
        execution.abort(AbortReason.STOPPED)
        return True

    def job_ids(self) -> frozenset[str]:
        """Every job that waits or runs."""
        with self._lock:
            return frozenset(self._tasks)

    def get_stats(self) -> Stats:
        """The figures of now."""
        with self._lock:
            tasks = list(self._tasks.values())
            return self._recorder.stats(
                waiting=(task.ticket.flow for task in tasks if task.execution is None),
                in_flight=(task.ticket.flow for task in tasks if task.execution is not None),
                workers=self.workers,
            )

    def shutdown(self, grace: float = 30.0) -> None:
        """Admit nothing more, let calls finish for `grace` seconds, then cut them. What waits is dropped."""
        with self._lock:
            self._stopping = True
            threads = list(self._threads)
        self._gate.note_change()
        _join(threads, grace)
        for execution in [task.execution for task in list(self._tasks.values()) if task.execution]:
            execution.abort(AbortReason.SHUTDOWN)
        _join(threads, 5.0)
        with self._lock:
            for task in list(self._tasks.values()):
                task.drop_follower()
                if task.execution is None:
                    self._drop(task)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()

    # The line ---------------------------------------------------------------------------------

    def _submit(self, ticket: Ticket, run: Run, delay: float) -> Task:
        with self._lock:
            if self._stopping:
                raise RuntimeError("This request manager was shut down.")
            known = self._tasks.get(ticket.job)
            if known is not None and known.execution is None:
                return known
            task = Task(ticket, run)
            if known is not None:
                known.follower = known.follower or task
                return known.follower
            self._tasks[ticket.job] = task
            self._start_threads()
        self._enqueue(task, delay)
        return task

    def _enqueue(self, task: Task, delay: float, around: Around = nullcontext) -> None:
        """Offer a task now, or put it by for a while. `around`: what the hook needs in one of our threads."""
        if delay > 0:
            with self._lock:
                self._pauses.add(task, delay)
            self._gate.note_change()
            return
        self._call_hook(around, self._before_offer, task.ticket)
        with self._lock:
            if self._tasks.get(task.ticket.job) is task:  # not cancelled meanwhile
                task.queued_since = time.monotonic()
                self._gate.offer(self.upstream, task.ticket)

    def _enqueue_due(self) -> float | None:
        """Offer every task after its pause; return the seconds to the end of the next pause."""
        while True:
            with self._lock:
                task = self._pauses.pop_due()
                if task is None:
                    return self._pauses.seconds()
            self._enqueue(task, 0.0, self._around)

    def _drop(self, task: Task) -> None:
        """Let a waiting task go without running it."""
        self._gate.cancel(self.upstream, task.ticket.job)
        self._forget(task)
        task.ended.cancel()

    def _forget(self, task: Task) -> None:
        if self._tasks.get(task.ticket.job) is task:
            del self._tasks[task.ticket.job]

    # The threads ------------------------------------------------------------------------------

    def _start_threads(self) -> None:
        if not self._threads:
            # Daemons, so that a forgotten manager does not hold up the end of the process.
            self._threads = [
                threading.Thread(target=self._work, name=f"{self.upstream}-{number}", daemon=True)
                for number in range(1, self.workers + 1)
            ]
            for thread in self._threads:
                thread.start()

    def _work(self) -> None:
        """Serve until the end. One job's failure is not this thread's, nor the next job's."""
        while not self._stopping:
            try:
                self._serve()
            except Exception:
                thread_failed(self.upstream)
                logger.exception("a thread of %s failed and goes on", self.upstream)
                time.sleep(PAUSE_AFTER_FAILURE)

    def _serve(self) -> None:
        seen = self._gate.changes  # before looking: what happens from here on ends the sleep below
        next_due = self._enqueue_due()
        admission = self._gate.admit(self.upstream)
        for lease in admission.leases:
            self._perform(lease)
        if not admission.leases:
            self._gate.wait_for_change(seen, _earlier(admission.wait_seconds, next_due))

    def _perform(self, lease: Lease) -> None:
        seen = lease if self._leased else None
        execution = Execution(id=lease.id, job=lease.job, lease=seen, on_accepted=self._accepted)
        task = self._start(execution)
        if task is None:
            self._gate.settle(self.upstream, lease.id, Outcome.RETURNED)
            return
        wanted, error = self._call(task, execution)
        self._settle(execution, failed=error is not None)
        self._conclude(task, execution, wanted, error)

    def _start(self, execution: Execution) -> Task | None:
        """Mark a task as running. None: it was cancelled in the very moment of its admission."""
        with self._lock:
            task = self._tasks.get(execution.job)
            if task is None:
                return None
            if not task.attempts and not task.ended.set_running_or_notify_cancel():
                self._forget(task)
                return None
            task.execution, task.attempts = execution, task.attempts + 1
            self._recorder.started(time.monotonic() - task.queued_since)
            return task

    def _call(self, task: Task, execution: Execution) -> tuple[float | None, Exception | None]:
        try:
            with self._around(), running(execution):
                return task.run(task.ticket.job, execution), None
        except Exception as error:
            logger.warning("job %s failed: %s", task.ticket.job, error, exc_info=True)
            return None, error

    def _accepted(self, execution: Execution) -> None:
        self._gate.accepted(self.upstream, [execution.id])

    def _settle(self, execution: Execution, *, failed: bool) -> None:
        """Report how the lease ended: as the function reported, else as it ended."""
        if execution.outcome is None:
            cut = execution.abort_reason is AbortReason.SHUTDOWN
            execution.outcome = Outcome.RETURNED if cut else Outcome.FAILURE if failed else Outcome.SUCCESS
        settlement = settle(self._gate, self.upstream, execution, execution.outcome)
        self._call_hook(self._around, self._after_settle, execution, settlement)

    def _conclude(
        self, task: Task, execution: Execution, wanted: float | None, error: Exception | None
    ) -> None:
        """Let the job go, or put it back in line."""
        pause = task.pause(wanted, execution)
        with self._lock:
            self._recorder.throttled += execution.outcome is Outcome.THROTTLED
            task.note_end(execution.outcome)
            task.execution, next_task = None, task
            cut = self._stopping or execution.abort_reason is not None
            if pause is None or cut or task.is_used_up(self._attempts):
                self._finish(task, execution, GaveUpError() if pause is not None and not cut else error)
                if task.follower is None or self._stopping:
                    return
                next_task = self._tasks[task.ticket.job] = task.follower
        self._enqueue(next_task, pause or 0.0, self._around)

    def _finish(self, task: Task, execution: Execution, error: Exception | None) -> None:
        self._forget(task)
        if execution.outcome is Outcome.RETURNED:
            self._recorder.returned += 1
        elif error is not None or execution.outcome in (Outcome.FAILURE, Outcome.REJECTED):
            self._recorder.failed[task.ticket.flow] += 1
        else:
            self._recorder.completed[task.ticket.flow] += 1
        if error is None:
            task.ended.set_result(None)
        else:
            task.ended.set_exception(error)

    @staticmethod
    def _call_hook(around: Around, hook: Callable[..., object] | None, *values: object) -> None:
        """What others do beside a job must not cost the job."""
        try:
            if hook is not None:
                with around():
                    hook(*values)
        except Exception:
            logger.exception("%s failed", hook)


def _earlier(*moments: float | None) -> float | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _join(threads: Iterable[threading.Thread], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
