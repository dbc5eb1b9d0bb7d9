from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from limiter.base import bounds
from limiter.gate.model import Outcome, Ticket
from limiter.jobs.execution import Execution

Run = Callable[[str, Execution], float | None]
"""Does a job. Returns the seconds after which it wants another attempt; None: it is done."""

LONGEST_PAUSE = 60.0
THROTTLED_FOR = 12 * 3600.0  # seconds since its first throttle, before a job is given up


class GaveUpError(Exception):
    """The provider was too busy for this job, every time it was tried."""


@dataclass(slots=True)
class Task:
    """A job that was submitted and has not ended."""

    ticket: Ticket
    run: Run
    ended: Future[None] = field(default_factory=Future)
    queued_since: float = field(default_factory=time.monotonic)
    attempts: int = 0
    returned: int = 0  # of these, those that never reached the provider
    throttled: int = 0  # and those that it was too busy for
    throttled_since: float | None = None
    execution: Execution | None = None  # while it runs
    follower: Task | None = None  # submitted while this one ran: its turn comes after

    def pause(self, wanted: float | None, execution: Execution) -> float | None:
        """Seconds before another attempt; None where this was the last one.

        A function that only reports that it was throttled is tried again with growing pauses.
        """
        if wanted is None and execution.outcome is Outcome.THROTTLED:
            return max(bounds.wait(execution.retry_after), min(LONGEST_PAUSE, 2.0 ** min(self.throttled, 30)))
        return None if wanted is None else bounds.wait(wanted)

    def note_end(self, outcome: Outcome | None) -> None:
        self.returned += outcome is Outcome.RETURNED
        if outcome is Outcome.THROTTLED:
            self.throttled += 1
            self.throttled_since = self.throttled_since or time.monotonic()

    def is_used_up(self, attempts: int) -> bool:
        """A throttle slows a job down for hours, and ends it only then; all else ends it by the count."""
        since = self.throttled_since
        waited = since is not None and time.monotonic() - since >= THROTTLED_FOR
        return waited or self.attempts - self.returned - self.throttled >= attempts

    def drop_follower(self) -> None:
        if self.follower is not None:
            self.follower.ended.cancel()
            self.follower = None
