from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from limiter import bounds
from limiter.execution import Execution
from limiter.gate.model import Outcome, Ticket

Run = Callable[[str, Execution], float | None]
"""Does a job. Returns the seconds after which it wants another attempt; None: it is done."""

LONGEST_PAUSE = 60.0


class GaveUpError(Exception):
    """The provider was too busy for this job, every time it was tried."""


@dataclass(slots=True)
class Task:
    """A job that was submitted and has not ended."""

    ticket: Ticket
    run: Run
    ended: Future[None] = field(default_factory=Future)
    in_line_since: float = field(default_factory=time.monotonic)
    attempts: int = 0
    returned: int = 0  # of these, those that never reached the provider
    execution: Execution | None = None  # while it runs
    follower: Task | None = None  # submitted while this one ran: its turn comes after

    def pause(self, wanted: float | None, execution: Execution) -> float | None:
        """Seconds before another attempt; None where this was the last one.

        A function that only reports that it was throttled is tried again with growing pauses.
        """
        if wanted is None and execution.outcome is Outcome.THROTTLED:
            return max(bounds.wait(execution.retry_after), min(LONGEST_PAUSE, 2.0 ** (self.attempts - 1)))
        return None if wanted is None else bounds.wait(wanted)

    def drop_follower(self) -> None:
        if self.follower is not None:
            self.follower.ended.cancel()
            self.follower = None
