"""What a client of an event stream hears: lines of server-sent events, of one document or of many."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from .entries import Entry, dumps, order_of
from .hub import HEARTBEAT_SECONDS, LONGEST_PAUSE, hub
from .stream_limit import seats
from .waiting import at_most

logger = logging.getLogger(__name__)

RETRY_MILLISECONDS = 3000  # until a client asks again after its stream broke
TOO_MANY_SECONDS = 30
POSITION = re.compile(r"\d{1,20}-\d{1,20}")
BEGINNING = "0-0"
LOOK_SECONDS = 5.0  # between two looks at which documents there are
OVERLAP = 1000  # milliseconds that are heard again: the logs of many documents are not in one order
UNREAD = 1000  # entries

HEARTBEAT = ": still here\n\n"
FIRST = f"retry: {RETRY_MILLISECONDS}\n\n"


def line_of(entry: Entry, document: str = "") -> str:
    """`document`: named in the data, where the stream is of many."""
    # An empty id would make the client forget where it was.
    position = f"id: {entry.id}\n" if entry.id else ""
    data = {"document": document, **entry.data} if document else entry.data
    return f"{position}event: {entry.event}\ndata: {dumps(data)}\n\n"


async def of_one(document: str, after: str, person: str, *, visible: bool) -> AsyncGenerator[str]:
    """`visible`: whether words of feedback may be heard. The caller has looked that a seat is free."""
    with seats.taken(person):
        yield FIRST
        async with aclosing(hub().listen(document, after)) as entries:
            async for entry in entries:
                if entry is None:
                    yield HEARTBEAT
                elif visible or entry.event != "text":
                    yield line_of(entry)


@dataclass(frozen=True, slots=True)
class Heard:
    """A document to listen to."""

    document: str
    begun: int  # when it was handed in, in milliseconds since 1970
    visible: bool


Look = Callable[[], Awaitable[Sequence[Heard]]]


async def of_many(look: Look, after: str, person: str) -> AsyncGenerator[str]:
    """Of the documents that `look` finds, new ones too. After a break some is heard twice, none lost."""
    with seats.taken(person):
        yield FIRST
        async with aclosing(_Listeners(look, after).entries()) as entries:
            async for line in entries:
                yield line


class _Listeners:
    """One task for each document, all of which fill one queue."""

    def __init__(self, look: Look, after: str) -> None:
        self._look = look
        self._after = after
        self._queue: asyncio.Queue[tuple[str, Entry]] = asyncio.Queue(UNREAD)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: set[str] = set()

    async def entries(self) -> AsyncGenerator[str]:
        silent = 0.0
        try:
            while True:
                self._follow(await self._look())
                heard = False
                async for line in self._until_the_next_look():
                    heard = True
                    yield line
                silent = 0.0 if heard else silent + LOOK_SECONDS
                if silent >= HEARTBEAT_SECONDS:
                    silent = 0.0
                    yield HEARTBEAT
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_the_next_look(self) -> AsyncGenerator[str]:
        loop = asyncio.get_running_loop()
        end = loop.time() + LOOK_SECONDS
        while (left := end - loop.time()) > 0:
            try:
                document, entry = await at_most(left, self._queue.get())
            except TimeoutError:
                return
            yield line_of(entry, document)

    def _follow(self, found: Sequence[Heard]) -> None:
        """Begin with what is new. What has ended is heard until the next look, for its last words."""
        there = {each.document for each in found}
        for document in self._ended - there:
            self._tasks.pop(document).cancel()
        self._ended = self._tasks.keys() - there
        for each in found:
            if each.document not in self._tasks:
                self._tasks[each.document] = asyncio.create_task(self._listen(each))

    async def _listen(self, heard: Heard) -> None:
        """Outlives whatever it meets: nothing would begin it again."""
        after, failures = self._start_of(heard), 0
        while True:
            try:
                async with aclosing(hub().listen(heard.document, after)) as entries:
                    async for entry in entries:
                        failures = 0
                        if entry is None:
                            continue
                        if heard.visible or entry.event != "text":
                            await self._queue.put((heard.document, entry))
                        after = entry.id or after
            except Exception:
                logger.exception("document %s is listened to again in a moment", heard.document)
            failures += 1
            await asyncio.sleep(min(failures, LONGEST_PAUSE))

    def _start_of(self, heard: Heard) -> str:
        """A document that was handed in since is heard from its beginning."""
        since = order_of(self._after)[0] - OVERLAP
        return BEGINNING if since <= heard.begun else f"{since}-0"
