"""One reader feeds all open pages of a process, from where each of them left off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from feedback.live.entries import CAP, Entry
from feedback.live.hub import RESET, Hub, MemoryHub
from feedback.live.memory import MemoryBus
from feedback.live.streams import StreamBus, key_of

if TYPE_CHECKING:
    import redis

SECONDS = 20  # far more than anything here takes


@pytest.fixture
def stream(redis_client: redis.Redis, redis_url: str) -> StreamBus:
    return StreamBus(redis_url)


def run(test: Callable[[Hub], Coroutine[Any, Any, None]], redis_url: str) -> None:
    async def bounded() -> None:
        async with aclosing(Hub(redis_url)) as hub:
            await asyncio.wait_for(test(hub), SECONDS)

    asyncio.run(bounded())


async def take(events: AsyncIterator[Entry | None], count: int) -> list[Any]:
    """The numbers that the next events carry; "reset" for a reset."""
    heard: list[Any] = []
    async for entry in events:
        if entry is not None:
            heard.append("reset" if entry is RESET else entry.data["n"])
        if len(heard) == count:
            break
    return heard


def publish(bus: StreamBus | MemoryBus, *numbers: int, document: str = "d") -> None:
    for number in numbers:
        bus.append(document, "text", {"n": number})


def test_a_page_receives_earlier_and_later_events(stream: StreamBus, redis_url: str) -> None:
    async def test(hub: Hub) -> None:
        publish(stream, 1, 2)
        events = hub.listen("d", "0-0")
        assert await take(events, 2) == [1, 2]
        publish(stream, 3)
        assert await take(events, 1) == [3]

    run(test, redis_url)


def test_an_odd_entry_keeps_nothing_else_from_a_page(
    stream: StreamBus, redis_client: redis.Redis, redis_url: str
) -> None:
    def publish_an_odd_one() -> None:
        redis_client.xadd(key_of("d"), {"event": "text", "data": "{no json"})

    async def test(hub: Hub) -> None:
        publish_an_odd_one()
        publish(stream, 1)
        events = hub.listen("d", "0-0")
        assert await take(events, 1) == [1]
        publish_an_odd_one()
        publish(stream, 2)
        assert await take(events, 1) == [2]

    run(test, redis_url)


def test_a_page_that_comes_back_misses_and_repeats_nothing(stream: StreamBus, redis_url: str) -> None:
    async def test(hub: Hub) -> None:
        publish(stream, 1, 2)
        last = stream.entries("d")[-1].id
        publish(stream, 3, 4)
        assert await take(hub.listen("d", last), 2) == [3, 4]

    run(test, redis_url)


def test_pages_of_different_documents_hear_their_own(stream: StreamBus, redis_url: str) -> None:
    async def test(hub: Hub) -> None:
        first, second = hub.listen("a", "0-0"), hub.listen("b", "0-0")
        ears = asyncio.gather(take(first, 2), take(second, 1))
        await asyncio.sleep(0.2)
        publish(stream, 1, document="a")
        publish(stream, 2, document="b")
        publish(stream, 3, document="a")
        assert list(await ears) == [[1, 3], [2]]

    run(test, redis_url)


def test_two_pages_of_one_document_hear_the_same(stream: StreamBus, redis_url: str) -> None:
    async def test(hub: Hub) -> None:
        ears = asyncio.gather(take(hub.listen("d", "0-0"), 3), take(hub.listen("d", "0-0"), 3))
        await asyncio.sleep(0.2)
        publish(stream, 1, 2, 3)
        assert list(await ears) == [[1, 2, 3], [1, 2, 3]]

    run(test, redis_url)


def test_a_page_without_its_past_gets_a_reset(
    stream: StreamBus, redis_url: str, redis_client: redis.Redis
) -> None:
    async def test(hub: Hub) -> None:
        publish(stream, 1)
        last = stream.entries("d")[-1].id
        redis_client.flushdb()
        await asyncio.sleep(0.01)
        publish(stream, 2)
        assert await take(hub.listen("d", last), 2) == ["reset", 2]

    run(test, redis_url)


def test_a_page_is_forgotten_when_it_closes(stream: StreamBus, redis_url: str) -> None:
    async def test(hub: Hub) -> None:
        events = hub.listen("d", "0-0")
        publish(stream, 1)
        await take(events, 1)
        await events.aclose()
        assert hub._listeners == {}
        assert hub._positions == {}

    run(test, redis_url)


def test_a_log_is_bounded_and_expires(stream: StreamBus, redis_client: redis.Redis) -> None:
    publish(stream, *range(CAP + 500))
    assert redis_client.xlen(key_of("d")) < CAP + 200  # trimmed by whole nodes
    assert redis_client.ttl(key_of("d")) > 0


def test_in_one_process_the_same_holds_without_redis() -> None:
    async def test() -> None:
        bus = MemoryBus()
        publish(bus, 1)
        events = MemoryHub(bus).listen("d", "0-0")
        assert await take(events, 1) == [1]
        publish(bus, 2, 3)
        assert await take(events, 2) == [2, 3]

    asyncio.run(test())
