"""The slots: daemon threads, started as they are needed.

Not concurrent.futures: its threads are joined when the interpreter ends, so one call that can't be cut
would keep a worker that was told to go.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Slots:
    """Runs functions on at most `size` threads of its own; the caller never hands over more at once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._started = 0

    def submit(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._idle > 0:
                self._idle -= 1
            elif self._started < self._size:
                self._started += 1
                threading.Thread(target=self._serve, name=f"slot-{self._started}", daemon=True).start()
        self._work.put(work)

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            work()
            with self._lock:
                self._idle += 1

    def stop(self) -> None:
        """Let the threads go that have nothing to do; what still runs is left to itself."""
        for _ in range(self._started):
            self._work.put(None)
