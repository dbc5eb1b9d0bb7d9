"""A client that leaves at the moment of an event: whatever waits for it ends, and holds nothing any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from feedback.live.entries import Entry
from feedback.live.hub import _drain
from feedback.live.listening import _Listeners
from feedback.live.memory import MemoryBus

ENTRY = Entry("1-1", "job", {})
Waiting = tuple[Coroutine[Any, Any, None], Callable[[], object]]


def a_page() -> Waiting:
    queue: asyncio.Queue[Entry] = asyncio.Queue()

    async def waits() -> None:
        async for _ in _drain(queue):
            pass

    return waits(), lambda: queue.put_nowait(ENTRY)


def a_stream_of_many() -> Waiting:
    async def nothing() -> list[Any]:
        return []

    listeners = _Listeners(nothing, "0-0")

    async def waits() -> None:
        async for _ in listeners._until_the_next_look():
            pass

    return waits(), lambda: listeners._queue.put_nowait(("document", ENTRY))


def a_page_of_one_process() -> Waiting:
    bus = MemoryBus()

    async def waits() -> None:
        while True:
            await bus.wait(60.0)

    def comes() -> None:
        for _, woken in tuple(bus._waiting):
            woken.set()

    return waits(), comes


@pytest.mark.parametrize(
    "kind", [a_page, a_stream_of_many, a_page_of_one_process], ids=lambda kind: kind.__name__
)
@pytest.mark.parametrize("steps", range(4))
def test_it_ends_though_an_event_comes_just_then(kind: Callable[[], Waiting], steps: int) -> None:
    """The cancellation comes so many steps of the loop after the event: one of them is the bad moment."""

    async def leave() -> bool:
        waits, comes = kind()
        task = asyncio.create_task(waits)
        await asyncio.sleep(0.01)  # it waits
        comes()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        ended, _ = await asyncio.wait([task], timeout=2.0)
        was_cancelled = task in ended and task.cancelled()
        while not task.done():  # a second cancellation finds it waiting, and ends it
            task.cancel()
            await asyncio.sleep(0)
        with suppress(asyncio.CancelledError):
            await task
        return was_cancelled

    assert asyncio.run(leave())
