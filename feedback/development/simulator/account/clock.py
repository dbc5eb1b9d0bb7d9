"""Simulated time: the machine's own, at another speed that may change while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Seconds since the simulator began, as they pass inside it."""

    def __init__(self, speed: float = 1.0, wall: Callable[[], float] = time.monotonic) -> None:
        self.speed = speed
        self._wall = wall
        self._since = wall()
        self._passed = 0.0

    def now(self) -> float:
        return self._passed + (self._wall() - self._since) * self.speed

    def run_at(self, speed: float) -> None:
        """Change the speed; the time that has passed stays as it is."""
        self._passed, self._since = self.now(), self._wall()
        self.speed = speed

    def to_wall(self, simulated: float) -> float:
        """How many real seconds a simulated duration lasts at the present speed."""
        return simulated / self.speed
