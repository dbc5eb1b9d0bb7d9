"""The slots: daemon threads, started as they are needed.

Not concurrent.futures: its threads are joined when the interpreter ends, so one call that can't be cut
would keep a worker that shall stop.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable

from limiter.operations.watch import thread_failed

logger = logging.getLogger("limiter.rq")

Work = Callable[[], None]


class Slots:
    """Runs functions on at most `size` threads of its own; the caller never hands over more at once.

    Of the threads that wait one is woken at a time, and it wakes the next before it sets to work: while it
    waits for something the next has begun, and what never waits is done by few threads, without a switch
    between threads for each function.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._work: deque[Work] = deque()
        self._wake_ups: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._is_waking = False  # a wake-up is on its way to a thread
        self._lock = threading.Lock()
        self._idle = 0
        self._started = 0

    def submit(self, works: Iterable[Work]) -> None:
        self._work.extend(works)
        self._wake_one()

    def _wake_one(self) -> None:
        with self._lock:
            if self._is_waking or not self._work:
                return
            if self._idle == 0 and self._started == self._size:
                return  # the first thread that is ready looks for more by itself
            self._is_waking = True
            if self._idle > 0:
                self._idle -= 1
            else:
                self._started += 1
                threading.Thread(target=self._serve, name=f"slot-{self._started}", daemon=True).start()
        self._wake_ups.put(True)

    def _serve(self) -> None:
        while self._wake_ups.get():
            self._is_waking = False
            while (work := self._next()) is not None:
                self._wake_one()
                try:
                    work()
                except Exception:
                    thread_failed("slot")
                    logger.exception("a slot's work failed, the slot goes on")
            with self._lock:
                self._idle += 1
            self._wake_one()  # what came after the look and before this thread counted as idle

    def _next(self) -> Work | None:
        try:
            return self._work.popleft()
        except IndexError:
            return None

    def stop(self) -> None:
        """Let the threads go that have nothing to do; what still runs is left to itself."""
        for _ in range(self._started):
            self._wake_ups.put(False)
