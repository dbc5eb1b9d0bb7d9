"""The wait of one caller for its turn: how long it may sleep until it asks again."""

from __future__ import annotations

import time

from limiter.algorithms.limits.model import MICROSECONDS
from limiter.base import bounds

SLICE = 1.0  # seconds after which one that waits is heard of again
SHORTEST = 0.005  # seconds: a sleep of nothing would be one without an end to Redis


class Wait:
    """Raises ValueError for what is no number of seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = bounds.duration("wait", seconds)
        self._until = time.monotonic() + self._seconds

    @property
    def is_wanted(self) -> bool:
        return self._seconds > 0

    def pause(self, micros: int | None) -> float:
        """Seconds to sleep where something happens in so many microseconds. 0: its time is over."""
        left = self._until - time.monotonic()
        if left <= 0:
            return 0.0
        soon = SLICE if micros is None else micros / MICROSECONDS
        return max(SHORTEST, min(left, soon, SLICE))
