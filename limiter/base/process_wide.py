"""Something that each process makes once, at its first use, and that tests can put another in place of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class ProcessWide(Generic[T]):
    """Safe for threads; making it may ask for it again from the same thread."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.RLock()
        self._made: T | None = None

    def get(self) -> T:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def forget(self) -> None:
        """Make it anew at the next use."""
        with self._lock:
            self._made = None

    @contextmanager
    def use(self, other: T) -> Iterator[T]:
        """Let another serve this process for a while (tests, simulations)."""
        with self._lock:
            before, self._made = self._made, other
        try:
            yield other
        finally:
            with self._lock:
                self._made = before
