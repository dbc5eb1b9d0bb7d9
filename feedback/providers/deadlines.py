"""Deadlines of calls: one thread ends what has run too long, however many calls there are."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)


class Deadlines:
    """Runs an action when its time is over, unless its block was left before. Actions must be quick."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._open: set[int] = set()
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, seconds: float, action: Callable[[], None]) -> Iterator[None]:
        number = next(self._numbers)
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, number, action))
            self._open.add(number)
            self._keep_watching()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._open.discard(number)
                self._forget_closed()

    def _keep_watching(self) -> None:
        # Asked each time, as a forked child inherits this object without the thread.
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._watch, name="provider-deadlines", daemon=True)
            self._thread.start()

    def _forget_closed(self) -> None:
        """Drop finished calls from the front; those further back go when they get there."""
        while self._due and self._due[0][1] not in self._open:
            heapq.heappop(self._due)

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._forget_closed()
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                _, number, action = heapq.heappop(self._due)
                self._open.discard(number)
            try:
                action()
            except Exception:
                logger.exception("a call could not be cut at its deadline; the deadlines of others hold")
