"""Virtual time: an event loop that jumps from one event to the next."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

Action = Callable[[], object]  # what it returns is of no interest


class VirtualTime:
    """Seconds since the start, moved on by events alone. Calling it tells the time, as a gate's clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Action]] = []
        self._order = itertools.count()  # of two events at one moment, the first planned goes first

    def __call__(self) -> float:
        return self.now

    def at(self, moment: float, action: Action) -> None:
        """Plan an event. One for the past happens now: time never runs backwards."""
        heapq.heappush(self._events, (max(moment, self.now), next(self._order), action))

    def after(self, seconds: float, action: Action) -> None:
        self.at(self.now + seconds, action)

    def run(self) -> None:
        """Let everything happen that was planned, and what follows from it."""
        while self._events:
            self.now, _, action = heapq.heappop(self._events)
            action()
