"""GroupCommit: what several threads of a process ask of the database at one moment, done by one of them.

The first to come writes at once and waits for no other; what comes while it writes is the next batch, which
one of those that wait writes. What can't be written with others (its row is locked, or anything at all
went wrong) its own thread writes alone: it harms no other, and no other harms it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import Generic, TypeVar

from django.db import connection

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 32  # items of one batch
LOOK_SECONDS = 5.0  # of waiting for a turn, before an item that is in no batch is written alone


class _Turn:
    """A moment that one thread waits for: a lock that is taken until then, a tenth of an Event's cost."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def set(self) -> None:
        with suppress(RuntimeError):  # it has come already
            self._lock.release()

    def wait(self, seconds: float) -> bool:
        return self._lock.acquire(timeout=seconds)

    def is_set(self) -> bool:
        return not self._lock.locked()


class _Entry(Generic[Item, Result]):
    """An item on its way, and the moment when its thread may go on: to write a batch, or with what came."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.turn = _Turn()
        self.is_over = False
        self.result: Result | None = None


class GroupCommit(Generic[Item, Result]):
    """A kind of write, or of question, that threads share.

    `together` returns a result for each item, None for one that must be written `alone`. It writes all that
    it has a result for, or raises and has written nothing. `afterwards` is for what was written together,
    while the other threads go on.
    """

    def __init__(
        self,
        together: Callable[[Sequence[Item]], Sequence[Result | None]],
        alone: Callable[[Item], Result],
        afterwards: Callable[[Sequence[Item]], object] | None = None,
    ) -> None:
        self._together, self._alone, self._afterwards = together, alone, afterwards
        self._lock = threading.Lock()
        self._waiting: list[_Entry[Item, Result]] = []
        self._leader: _Entry[Item, Result] | None = None  # its thread writes, or has been woken to

    def do(self, item: Item) -> Result:
        if connection.in_atomic_block:  # it stands or falls with its caller's transaction
            return self._alone(item)
        entry: _Entry[Item, Result] = _Entry(item)
        batch: list[_Entry[Item, Result]] = []
        try:
            self._enter(entry)
            while not entry.turn.wait(LOOK_SECONDS):
                if self._left(entry):
                    return self._alone(item)
            if not entry.is_over:
                self._lead(entry, batch)
        except BaseException:  # the thread was cut, at any of these lines: it takes none of the others along
            self._over(entry, batch, [])
            raise
        return self._alone(item) if entry.result is None else entry.result

    def _enter(self, entry: _Entry[Item, Result]) -> None:
        with self._lock:
            self._waiting.append(entry)
            if self._leader is None:
                self._leader = entry
                entry.turn.set()

    def _left(self, entry: _Entry[Item, Result]) -> bool:
        """Take an item back; False: it is being written, or its thread is to write the next batch."""
        with self._lock:
            if entry.turn.is_set() or entry not in self._waiting:
                return False
            self._waiting.remove(entry)
        return True

    def _lead(self, entry: _Entry[Item, Result], batch: list[_Entry[Item, Result]]) -> None:
        """Write a batch, which is named to the caller as soon as it is chosen."""
        with self._lock:
            batch += self._waiting[:MOST]
            del self._waiting[:MOST]
        results: Sequence[Result | None] = []
        try:
            results = self._together([each.item for each in batch])
        except Exception:
            logger.warning("%d writes are made one by one", len(batch), exc_info=True)
        self._over(entry, batch, results)
        self._follow_up([each.item for each in batch if each.result is not None])

    def _follow_up(self, written: Sequence[Item]) -> None:
        if self._afterwards is None or not written:
            return
        try:
            self._afterwards(written)
        except Exception:
            logger.exception("what follows %d writes is left to the next pass", len(written))

    def _over(
        self,
        entry: _Entry[Item, Result],
        batch: Sequence[_Entry[Item, Result]],
        results: Sequence[Result | None],
    ) -> None:
        """Let the threads of a batch go on, and one of those that wait write the next. Twice is no harm."""
        with self._lock:
            if entry in self._waiting:
                self._waiting.remove(entry)
            if self._leader is entry:
                self._leader = self._waiting[0] if self._waiting else None
                if self._leader is not None:
                    self._leader.turn.set()
        for each, result in zip_longest(batch, results):
            if not each.is_over:
                each.result, each.is_over = result, True
            each.turn.set()
