"""One run of one job, as the job function and its worker both see it.

The RQ worker and the in-process dispatcher make an Execution for each job they start and set it as
current; the job function reads its lease from it, reports what happened, and registers how its
blocking call can be cut from another thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from ..gate import Gate
from ..gate.model import Ended, Lease, Outcome, Quota, Settlement, Timing, Usage


class AbortReason(StrEnum):
    """Why a run was cut from outside."""

    DEADLINE = "deadline"  # its whole time is used up
    STOPPED = "stopped"  # somebody stopped or cancelled this job
    LEASE_LOST = "lease_lost"  # the gate has given the job to somebody else, or can't be reached
    SHUTDOWN = "shutdown"  # the worker must end and its grace period is over


class ReportedError(Exception):
    """A failure that the job has logged itself: the worker adds a line, and no traceback."""


class Execution:
    """A run of a job under a lease (or under none, where the queue has no upstream)."""

    def __init__(
        self,
        *,
        id: str,
        job: str,
        lease: Lease | None = None,
        on_accepted: Callable[[Execution], None] | None = None,
    ) -> None:
        self.id = id  # of the lease, of the RQ execution, and of the row's lease: one id, three views
        self.job = job
        self.lease = lease
        self.outcome: Outcome | None = None  # None: the runner concludes from how the function ended
        self.usage: Usage | None = None
        self.retry_after = 0.0
        self.next_output: int | None = None  # the longest answer of another attempt, where that differs
        self.timing: Timing | None = None  # of the call, once it was answered to its end
        self.quota: Quota | None = None  # that a throttle was about, where the provider named it
        self.shares: tuple[tuple[str, str], ...] = ()  # flow and group of each job that rode on the call
        self.abort_reason: AbortReason | None = None
        self.was_accepted = False
        self.first_event: float | None = None  # seconds until the provider took the call
        self._on_accepted = on_accepted
        self._lock = threading.Lock()
        self._cut: Callable[[], None] | None = None

    def accepted(self, seconds: float | None = None) -> None:
        """Tell the gate that the provider took the call, `seconds` after it was asked."""
        self.was_accepted, self.first_event = True, seconds
        if self._on_accepted is not None:
            self._on_accepted(self)

    def report(
        self,
        outcome: Outcome,
        usage: Usage | None = None,
        *,
        retry_after: float = 0.0,
        shares: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Say what the settlement shall say.

        `retry_after` is seconds, as the provider asked; `shares` are flows and groups of other jobs that
        this call served too, and that bear their part of its charge.
        """
        self.outcome, self.usage, self.retry_after, self.shares = outcome, usage, retry_after, tuple(shares)

    def on_abort(self, cut: Callable[[], None]) -> None:
        """Register what ends the blocking call; runs at once where abort came first."""
        with self._lock:
            self._cut = cut
            run_now = self.abort_reason is not None
        if run_now:
            cut()

    @property
    def can_be_cut(self) -> bool:
        """Whether the job function registered what ends its blocking call."""
        return self._cut is not None

    def abort(self, reason: AbortReason) -> None:
        """Cut the call. Only the first reason counts."""
        with self._lock:
            first, self.abort_reason = self.abort_reason is None, self.abort_reason or reason
            cut = self._cut
        if first and cut is not None:
            cut()


_current: ContextVar[Execution | None] = ContextVar("limiter_execution", default=None)


def current_execution() -> Execution | None:
    """The execution that this thread is in, if any."""
    return _current.get()


@contextmanager
def running(execution: Execution) -> Iterator[Execution]:
    """Make an execution the current one for this thread."""
    token = _current.set(execution)
    try:
        yield execution
    finally:
        _current.reset(token)


def settle(gate: Gate, upstream: str, execution: Execution, outcome: Outcome) -> Settlement:
    """Tell the gate how a run under a lease ended, with all that it has to say. Raises GateError."""
    (settlement,) = gate.settle_many(upstream, [ended(execution, outcome)])
    return settlement


def ended(execution: Execution, outcome: Outcome) -> Ended:
    """All that a run has to say to the gate when it is over."""
    return Ended(
        execution.id, outcome, execution.usage, execution.retry_after, execution.timing, execution.quota,
        execution.shares,
    )  # fmt: skip
