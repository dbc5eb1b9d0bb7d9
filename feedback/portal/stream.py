"""The response that a stream of events is: what it holds is given back as soon as its client is gone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from django.http import HttpRequest, StreamingHttpResponse

CLIENT_IS_GONE = "marginalia.client_is_gone"  # of an ASGI scope: a callable (config/request_limit.py)


class EventStream(StreamingHttpResponse):
    """A response of server-sent events that closes its generator with itself.

    Django closes the outermost of three nested generators. The inner ones were left to the collector, which
    comes minutes later to what lies in a cycle, and until then a client that was gone held its seat.

    Django also cancels the request of a client that is gone, once: code that runs in a thread just then may
    end as if nothing had happened (asgiref), and nobody would cancel the stream that begins after it.
    """

    def __init__(self, request: HttpRequest, events: AsyncGenerator[str]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, content_type="text/event-stream", headers=headers)
        self._events = events
        scope = getattr(request, "scope", {})
        self._client_is_gone: Callable[[], bool] = scope.get(CLIENT_IS_GONE, lambda: False)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._client_is_gone():
            return
        async with aclosing(self._events) as parts:
            async for part in parts:
                yield self.make_bytes(part)
                if self._client_is_gone():
                    return
