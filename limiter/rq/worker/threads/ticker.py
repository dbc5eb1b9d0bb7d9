"""A thread that does one thing again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .vital import Vital


class Ticker(Vital[bool]):
    """Calls `tick` every `period()` seconds on a daemon thread. What tick raises is logged."""

    def __init__(self, name: str, period: Callable[[], float], tick: Callable[[], None]) -> None:
        self._period = period
        self._stopping = False
        self._look = threading.Event()
        self._last = time.monotonic()
        super().__init__(name, self._due, lambda _: tick())
        self.start()

    def reschedule(self) -> None:
        """The period may have become shorter: reckon the next call anew."""
        self._look.set()

    def stop(self) -> None:
        self._stopping = True
        self._look.set()
        self.join(5)

    def _due(self) -> bool:
        """Wait for the next call's moment. False: it was stopped."""
        while not self._stopping:
            left = self._last + self._period() - time.monotonic()
            if left <= 0:
                self._last = time.monotonic()
                return True
            self._look.wait(left)
            self._look.clear()
        return False
