"""A thread that does one thing again and again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger("limiter.rq")


class Ticker:
    """Calls `tick` every `period()` seconds on a daemon thread. What tick raises is logged."""

    def __init__(self, name: str, period: Callable[[], float], tick: Callable[[], None]) -> None:
        self._period = period
        self._tick = tick
        self._stopping = False
        self._look = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def reschedule(self) -> None:
        """The period may have become shorter: reckon the next call anew."""
        self._look.set()

    def stop(self) -> None:
        self._stopping = True
        self._look.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        last = time.monotonic()
        while not self._stopping:
            left = last + self._period() - time.monotonic()
            if left > 0:
                self._look.wait(left)
                self._look.clear()
                continue
            last = time.monotonic()
            try:
                self._tick()
            except Exception:
                logger.exception("%s failed and goes on", self._thread.name)
