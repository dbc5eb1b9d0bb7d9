"""A client may drop its stream of events at any point of the exchange: what it held is given back at once."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
import redis
from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIHandler
from django.test import AsyncClient
from django.urls import reverse

from config.request_limit import RequestLimit
from feedback.live import publish
from feedback.live.hub import Hub, hub
from feedback.live.stream_limit import seats
from feedback.models import Document, User
from tests.factories import reading

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60  # seconds until a stream that does not end is given up
MOMENTS = 40  # at which clients drop, two milliseconds apart
SENT = 6  # messages after each of which another client drops


class Exchange:
    """One request for events by a client that drops after some seconds, or after some messages."""

    def __init__(
        self, address: str, cookies: SimpleCookie, *, seconds: float = 0.0, messages: int = 0
    ) -> None:
        cookie = cookies.output(attrs=[], header="", sep=";").strip().encode()
        self.scope: Any = {
            "type": "http", "method": "GET", "path": address, "query_string": b"", "scheme": "http",
            "headers": [(b"host", b"localhost"), (b"cookie", cookie)], "server": ("localhost", 80),
            "client": ("127.0.0.1", 1), "http_version": "1.1", "asgi": {"version": "3.0"},
        }  # fmt: skip
        self._seconds, self._messages = seconds, messages
        self._came, self.sent = False, 0
        self._dropped = asyncio.Event()

    async def run(self, application: RequestLimit) -> None:
        await asyncio.wait_for(application(self.scope, self._receive, self._send), PATIENCE)

    async def _receive(self) -> Any:
        if not self._came:
            self._came = True
            return {"type": "http.request", "body": b"", "more_body": False}
        if self._messages:
            await self._dropped.wait()
        else:
            await asyncio.sleep(self._seconds)
        return {"type": "http.disconnect"}

    async def _send(self, event: Any) -> None:
        """As uvicorn's: what is sent to a client that is gone goes nowhere. Here its last message hangs, as
        where the client reads no more, until that is known."""
        self.sent += 1
        if self.sent == self._messages:
            self._dropped.set()
            await asyncio.sleep(0.01)


@pytest.fixture
def document(owner: User, redis_client: redis.Redis) -> Document:
    found = reading.a_split_document(owner)
    for number in range(3):
        publish(str(found.pk), "job", {"section": str(number), "kind": "analyse"})
    return found


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """What only the collector would give back is given back too late."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Deaf:
    """An application that hears of no disconnection, as where a thread swallowed the cancellation."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def first_alone() -> Any:
            event = await receive()
            if event["type"] == "http.disconnect":
                await asyncio.sleep(PATIENCE)
            return event

        await ASGIHandler()(scope, first_alone, send)


def test_a_stream_that_would_begin_after_its_client_has_gone_does_not(
    owner: User, document: Document
) -> None:
    async def scene() -> None:
        client = AsyncClient()
        await client.aforce_login(owner)
        drop = Exchange(reverse("events", args=[document.pk]), client.cookies)
        await drop.run(RequestLimit(Deaf()))
        assert drop.sent == 2  # its head and its end
        assert seats.of(str(owner.pk)) == 0

    async_to_sync(scene)()


def test_wherever_a_client_drops_nothing_of_it_stays(owner: User, document: Document) -> None:
    async def scene() -> None:
        client = AsyncClient()
        await client.aforce_login(owner)
        address = reverse("events", args=[document.pk])
        application: Any = RequestLimit(ASGIHandler())  # type: ignore[arg-type]
        drops = [Exchange(address, client.cookies, seconds=moment * 0.002) for moment in range(MOMENTS)]
        drops += [Exchange(address, client.cookies, messages=sent) for sent in range(1, SENT)]
        for some in range(0, len(drops), seats.per_person):
            await asyncio.gather(*(each.run(application) for each in drops[some : some + seats.per_person]))
        live = hub()
        assert isinstance(live, Hub)
        assert seats.of(str(owner.pk)) == 0
        assert live.listeners == 0
        assert sum(each.sent > 1 for each in drops) >= SENT - 2  # streams began
        await live.aclose()
        hub.cache_clear()

    async_to_sync(scene)()
