"""Time limits for jobs that run in threads: one thread with a heap serves them all.

A deadline first cuts the blocking call through the execution (see Execution.on_abort), which is what
ends a read from a socket. An asynchronous exception is only the second means, for code that registered
no cut: it reaches a thread when that next runs Python, never while it is blocked.
"""

from __future__ import annotations

import ctypes
import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Literal

from rq.timeouts import BaseDeathPenalty, BaseTimeoutException

from limiter.operations.watch import thread_failed

from ...jobs.execution import AbortReason, Execution, current_execution

logger = logging.getLogger("limiter.rq")

SECONDS_TO_OBEY = 5.0  # after a cut, before the asynchronous exception


class Deadlines:
    """Calls functions at moments of the monotonic clock, on one daemon thread started when first used."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._cancelled: set[int] = set()
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def after(self, seconds: float, action: Callable[[], None]) -> int:
        """Have the action called later; returns a number to cancel it by. It must be quick."""
        with self._changed:
            self._ensure_thread()
            number = next(self._numbers)
            moment = time.monotonic() + seconds
            is_next = not self._heap or moment < self._heap[0][0]
            heapq.heappush(self._heap, (moment, number, action))
            if is_next:  # else the thread sleeps until an earlier one
                self._changed.notify()
            return number

    def cancel(self, number: int) -> None:
        """Forget an action. One that has run already is no error."""
        with self._changed:
            self._cancelled.add(number)
            # Cancelled entries lie in the heap until their moment; sweep when they are the most of it.
            if len(self._cancelled) > 64 and len(self._cancelled) * 2 > len(self._heap):
                self._heap = [entry for entry in self._heap if entry[1] not in self._cancelled]
                heapq.heapify(self._heap)
                self._cancelled.clear()

    def _ensure_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():  # it does not survive a fork
            self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            action = self._next_due()
            try:
                action()
            except Exception:
                thread_failed("deadlines")
                logger.exception("an action at its deadline failed, the next ones go on")

    def _next_due(self) -> Callable[[], None]:
        with self._changed:
            while True:
                wait = self._heap[0][0] - time.monotonic() if self._heap else None
                if wait is not None and wait <= 0:
                    _, number, action = heapq.heappop(self._heap)
                    if number not in self._cancelled:
                        return action
                    self._cancelled.discard(number)
                else:
                    self._changed.wait(wait)


deadlines = Deadlines()


class RunCut(BaseTimeoutException):
    """The run was cut from outside."""


class Interrupt:
    """The second means: RunCut raised in the thread that made this, as long as it is armed."""

    def __init__(self) -> None:
        self._thread = ctypes.c_ulong(threading.get_ident())
        self._lock = threading.Lock()
        self._armed = True

    def fire(self) -> None:
        with self._lock:
            if self._armed:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(self._thread, ctypes.py_object(RunCut))

    def disarm(self) -> None:
        """Called in the thread itself: nothing is raised in it once this returned.

        What is on its way is raised here. It is not taken back by a call with no exception, after which, in
        Python 3.11 and 3.12, each thread of the process runs slower and one that is profiled stands still.
        """
        is_quiet = False
        while not is_quiet:
            with suppress(RunCut):
                with self._lock:
                    self._armed = False
                for _ in range(2):  # the interpreter looks at what is on its way where a loop begins anew
                    pass
                is_quiet = True


_interrupts: dict[str, Interrupt] = {}  # by execution, while its thread is in the job's own code


def cut(execution: Execution, reason: AbortReason) -> None:
    """End a run from another thread, by its own means or, failing that, by an exception."""
    execution.abort(reason)
    interrupt = _interrupts.get(execution.id)
    if interrupt is None:
        return
    if execution.can_be_cut:
        deadlines.after(SECONDS_TO_OBEY, interrupt.fire)
    else:
        interrupt.fire()


class ThreadDeadline(BaseDeathPenalty):
    """rq's death penalty for a thread: the time-out of a job, and of its callbacks."""

    def setup_death_penalty(self) -> None:
        self._passed = False
        self._number: int | None = None
        self._interrupt = Interrupt()
        self._execution = current_execution()
        if self._execution is not None:
            _interrupts[self._execution.id] = self._interrupt
        if self._timeout > 0:  # rq's -1: no limit
            self._number = deadlines.after(self._timeout, self._pass)

    def _pass(self) -> None:
        self._passed = True
        if self._execution is None:
            self._interrupt.fire()
        else:
            cut(self._execution, AbortReason.DEADLINE)

    def cancel_death_penalty(self) -> None:
        if self._execution is not None:
            _interrupts.pop(self._execution.id, None)
        self._interrupt.disarm()
        if self._number is not None:
            deadlines.cancel(self._number)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        self.cancel_death_penalty()
        if self._passed and error is not None:
            raise self._exception(f"Task exceeded maximum timeout value ({self._timeout} seconds)") from error
        return False
