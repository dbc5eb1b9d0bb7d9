"""The request concurrency limit: requests worked on at once are as many as connections to PostgreSQL.

Under ASGI each request has a thread of its own. Hundreds of them only take the processor from those that have
a connection, and then fail for want of one. So the others wait here, where it costs nothing; one that has
waited too long is answered with 503 and the time after which to come back. Under WSGI the server's threads
are the limit.
"""

from __future__ import annotations

import asyncio
from functools import partial
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest

from config import errors
from config.middleware import ALWAYS_OPEN
from feedback.live.responses import CLIENT_IS_GONE
from feedback.operations.observe.middleware import count

if TYPE_CHECKING:
    from asgiref.typing import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGIReceiveEvent,
        ASGISendCallable,
        ASGISendEvent,
        Scope,
    )

STREAM = b"text/event-stream"


class WaitedTooLong(Exception):
    """No slot was free in time."""


class RequestLimit:
    """An ASGI application that passes requests on to another, each once it has a slot."""

    def __init__(self, application: ASGI3Application) -> None:
        self._application = application
        self._free = asyncio.Semaphore(settings.REQUESTS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http" or scope["path"].startswith(ALWAYS_OPEN):
            await self._application(scope, receive, send)
            return
        slot = RequestSlot(self._free)
        cast("dict[str, object]", scope)[CLIENT_IS_GONE] = lambda: slot.client_is_gone
        try:
            await self._application(scope, partial(slot.receive, receive), partial(slot.send, send))
        except WaitedTooLong:
            await _refuse(scope, send)
        finally:
            slot.free()


class RequestSlot:
    """One request's slot: taken when the whole request has come, however slowly, and given back at its end.

    An event stream gives it back when the stream begins.
    """

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._is_taken = False
        self.client_is_gone = False

    async def receive(self, receive: ASGIReceiveCallable) -> ASGIReceiveEvent:
        event = await receive()
        if event["type"] == "http.request" and not event.get("more_body"):
            await self._take()
        self.client_is_gone = event["type"] == "http.disconnect"
        return event

    async def send(self, send: ASGISendCallable, event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start" and STREAM in dict(event["headers"]).values():
            self.free()
        await send(event)

    async def _take(self) -> None:
        try:
            async with asyncio.timeout(settings.REQUEST_WAIT_SECONDS):
                self._is_taken = await self._free.acquire()
        except TimeoutError:
            raise WaitedTooLong from None

    def free(self) -> None:
        if self._is_taken:
            self._is_taken = False
            self._free.release()


async def _refuse(scope: Scope, send: ASGISendCallable) -> None:
    request = ASGIRequest(cast("dict[str, object]", scope), BytesIO())
    count(request, HTTPStatus.SERVICE_UNAVAILABLE)
    page = errors.unavailable(request)
    headers = [(name.encode("ascii"), value.encode("latin1")) for name, value in page.items()]
    await send(
        {"type": "http.response.start", "status": page.status_code, "headers": headers, "trailers": False}
    )
    await send({"type": "http.response.body", "body": page.content, "more_body": False})
