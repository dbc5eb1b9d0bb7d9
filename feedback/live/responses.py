"""Responses that are written as one goes: what they hold is given back as soon as their client is gone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, cast

from django.http import HttpRequest, StreamingHttpResponse

CLIENT_IS_GONE = "marginalia.client_is_gone"  # of an ASGI scope: a callable (config/request_limit.py)


class EndedStream(StreamingHttpResponse):
    """A stream whose generator ends with the response.

    Django closes the outermost of three nested generators. The inner ones were left to the collector, which
    comes minutes later to what lies in a cycle, and until then a client that was gone held its seat.
    """

    def __init__(self, parts: AsyncGenerator[str] | AsyncGenerator[bytes], **more: Any) -> None:
        super().__init__(parts, **more)
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async with aclosing(self._parts) as parts:
            async for part in parts:
                yield self.make_bytes(part)


class EventStream(EndedStream):
    """Server-sent events, of a client that is there.

    Django cancels the request of a client that is gone, once: code that runs in a thread just then may
    end as if nothing had happened (asgiref), and nobody would cancel the stream that begins after it.
    """

    def __init__(self, request: HttpRequest, events: AsyncGenerator[str]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, content_type="text/event-stream", headers=headers)
        scope = getattr(request, "scope", {})
        self._client_is_gone: Callable[[], bool] = scope.get(CLIENT_IS_GONE, lambda: False)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._client_is_gone():
            return
        async with aclosing(cast("AsyncGenerator[bytes]", super().__aiter__())) as parts:
            async for part in parts:
                yield part
                if self._client_is_gone():
                    return
