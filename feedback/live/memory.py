"""The bus of a single process."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from .entries import CAP, Entry
from .waiting import at_most

MAX_DOCUMENTS = 500  # logs kept; the one that was quiet longest goes first


class MemoryBus:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logs: OrderedDict[str, deque[Entry]] = OrderedDict()
        self._notes: OrderedDict[str, str] = OrderedDict()
        self._number = 0
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def append(self, document: str, event: str, data: Mapping[str, Any]) -> None:
        with self._lock:
            self._number += 1
            log = self._logs.setdefault(document, deque(maxlen=CAP))
            log.append(Entry(f"{time.time_ns() // 1_000_000}-{self._number}", event, dict(data)))
            self._logs.move_to_end(document)
            if len(self._logs) > MAX_DOCUMENTS:
                self._logs.popitem(last=False)
            waiting = tuple(self._waiting)
        for loop, woken in waiting:
            loop.call_soon_threadsafe(woken.set)

    def entries(self, document: str) -> Sequence[Entry]:
        with self._lock:
            return tuple(self._logs.get(document, ()))

    def note(self, document: str, text: str) -> None:
        with self._lock:
            self._notes[document] = text
            self._notes.move_to_end(document)
            if len(self._notes) > MAX_DOCUMENTS:
                self._notes.popitem(last=False)

    def noted(self, document: str) -> str:
        with self._lock:
            return self._notes.get(document, "")

    def forget(self, document: str) -> None:
        with self._lock:
            self._logs.pop(document, None)
            self._notes.pop(document, None)

    async def wait(self, timeout: float) -> None:
        """Sleep until the next event of any document, at most `timeout` seconds."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(waiter)
        try:
            await at_most(timeout, waiter[1].wait())
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._waiting.discard(waiter)
