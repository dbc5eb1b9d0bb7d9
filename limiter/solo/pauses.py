from __future__ import annotations

import heapq
import itertools
import time

from .task import Task


class Pauses:
    """Tasks that wait for a moment. Not thread-safe: their owner locks."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Task]] = []
        self._order = itertools.count()  # of two that are due together, the first added goes first

    def add(self, task: Task, seconds: float) -> None:
        heapq.heappush(self._heap, (time.monotonic() + seconds, next(self._order), task))

    def pop_due(self) -> Task | None:
        """The task that has been due for longest; None: none is."""
        return heapq.heappop(self._heap)[2] if self.seconds() == 0.0 else None

    def seconds(self) -> float | None:
        """Until the next one is due, 0 where one is; None: nothing waits."""
        return max(0.0, self._heap[0][0] - time.monotonic()) if self._heap else None
