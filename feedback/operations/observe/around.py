from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class Around:
    """A middleware for both kinds of server: `enter` may answer at once, `leave` may change the answer, and
    both lie within `during`."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._respond = get_response
        self._is_later = iscoroutinefunction(get_response)
        if self._is_later:
            markcoroutinefunction(cast(Any, self))

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_later:
            return self.later(request)
        with self.during(request):
            return self.leave(request, self.enter(request) or self._respond(request))

    async def later(self, request: HttpRequest) -> HttpResponseBase:
        with self.during(request):
            answer = self.enter(request) or await cast("Awaitable[HttpResponseBase]", self._respond(request))
            return self.leave(request, answer)

    def during(self, request: HttpRequest) -> AbstractContextManager[object]:
        return nullcontext()

    def enter(self, request: HttpRequest) -> HttpResponseBase | None:
        return None

    def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response
