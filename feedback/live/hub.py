"""The hub of a web process: one reader of the live log feeds all of its open pages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from functools import cache
from typing import Any

from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from limiter.base.addresses import connected_async

from .bus import bus
from .entries import Entry, order_of
from .memory import MemoryBus
from .streams import entries_of, key_of
from .waiting import at_most

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
ANSWER_SECONDS = 5.0  # from a server that is well
LONGEST_PAUSE = 5.0  # seconds, while it is not
BLOCK_MILLISECONDS = 500  # the longest that a new listener waits to be included in the read
LISTENER_EVENTS = 1000  # unread events of one page; a page slower than that starts over
RESET = Entry("", "reset", {})


class Hub:
    """Reads the streams of all documents with an open page in one blocking call."""

    def __init__(self, url: str) -> None:
        self._redis = connected_async(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._listeners: dict[str, set[asyncio.Queue[Entry]]] = {}
        self._positions: dict[str, str] = {}
        self._reader: asyncio.Task[None] | None = None

    @property
    def listeners(self) -> int:
        """Open pages of this process."""
        return sum(map(len, self._listeners.values()))

    async def listen(self, document: str, after: str) -> AsyncGenerator[Entry | None, None]:
        """Events after an id; None now and then, as a heartbeat; RESET where some were lost."""
        queue: asyncio.Queue[Entry] = asyncio.Queue(LISTENER_EVENTS)
        self._listeners.setdefault(document, set()).add(queue)
        try:
            missed = await self._kept(document)
            last = order_of(after)
            if missed and last > (0, 0) and missed[0].order > last:
                yield RESET
            for entry in missed:
                if entry.order > last:
                    last = entry.order
                    yield entry
            self._positions.setdefault(document, missed[-1].id if missed else after)
            self._ensure_reader()
            async for heard in _drain(queue):
                if heard is None or heard is RESET:
                    yield heard
                elif heard.order > last:
                    last = heard.order
                    yield heard
        finally:
            self._leave(document, queue)

    async def _kept(self, document: str) -> list[Entry]:
        """The entries so far; none where Redis is away: a page gets what comes after, and asks Postgres
        for the rest."""
        try:
            return list(entries_of(await self._redis.xrange(key_of(document)) or ()))
        except RedisError as error:
            logger.debug("what was said of %s can't be read: %s", document, error)
            return []

    async def aclose(self) -> None:
        """Stop reading and leave Redis."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])
        await self._redis.aclose()

    def _leave(self, document: str, queue: asyncio.Queue[Entry]) -> None:
        listeners = self._listeners.get(document, set())
        listeners.discard(queue)
        if not listeners:
            self._listeners.pop(document, None)
            self._positions.pop(document, None)

    def _ensure_reader(self) -> None:
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """Outlives whatever one read meets, for all open pages hang on it."""
        failures = 0
        while self._positions:
            try:
                await self._read_once()
                failures = 0
            except Exception as error:
                failures += 1
                logger.log(
                    logging.WARNING if failures == 1 else logging.DEBUG, "live events pause: %s", error
                )
                await asyncio.sleep(min(failures, LONGEST_PAUSE))

    async def _read_once(self) -> None:
        streams: dict[Any, Any] = {key_of(d): position for d, position in self._positions.items()}
        heard: Any = await self._redis.xread(streams, count=200, block=BLOCK_MILLISECONDS)
        for key, raws in heard or ():
            document = key.decode().removeprefix("live:")
            if document in self._positions and raws:
                self._positions[document] = raws[-1][0].decode()
            for entry in entries_of(raws):
                for queue in self._listeners.get(document, ()):
                    _offer(queue, entry)


def _offer(queue: asyncio.Queue[Entry], entry: Entry) -> None:
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(RESET)
    else:
        queue.put_nowait(entry)


async def _drain(queue: asyncio.Queue[Entry]) -> AsyncIterator[Entry | None]:
    while True:
        try:
            yield await at_most(HEARTBEAT_SECONDS, queue.get())
        except TimeoutError:
            yield None


class MemoryHub:
    """The same for a single process."""

    def __init__(self, source: MemoryBus) -> None:
        self._bus = source

    async def listen(self, document: str, after: str) -> AsyncGenerator[Entry | None, None]:
        last = order_of(after)
        while True:
            news = [entry for entry in self._bus.entries(document) if entry.order > last]
            for entry in news:
                last = entry.order
                yield entry
            if not news:
                await self._bus.wait(1.0)
                yield None


@cache
def hub() -> Hub | MemoryHub:
    source = bus()
    return MemoryHub(source) if isinstance(source, MemoryBus) else Hub(settings.REDIS_URL)
