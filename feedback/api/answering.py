"""What every answer of the API has, whatever its route: limits, validators, problems for wrong methods."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from limiter import limit_view

from . import deprecation
from .access import by_caller
from .idempotency import finish
from .problems import Kind, Problem

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

HANDS_IN = ("documents", "document-file", "draft-hand-in")  # also counted with the pages that do it


def guarded(pattern: URLPattern) -> URLPattern:
    """The same address with all of this around its view."""
    view = _finished(pattern.callback)
    if pattern.name in HANDS_IN:
        view = limit_view("submit", key=by_caller, methods=("POST",))(view)
    if pattern.name == "draft":
        view = limit_view("draft", key=by_caller, methods=("PUT",))(view)
    pattern.callback = limit_view("api", key=by_caller)(view)
    return pattern


def _finished(view: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(view):

        @wraps(view)
        async def later(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with _head_as_get(request) as is_head:
                response = _complete(request, await view(request, *args, **kwargs))
            return _without_stream(response) if is_head else response

        return later

    @wraps(view)
    def now(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            with _head_as_get(request) as is_head:
                response = _complete(request, view(request, *args, **kwargs))
        except BaseException:
            finish(request, HttpResponse(status=500))
            raise
        finish(request, response)
        return _without_stream(response) if is_head else response

    return now


@contextmanager
def _head_as_get(request: HttpRequest) -> Iterator[bool]:
    """HEAD asks for what GET would answer; the server leaves the body out."""
    is_head = request.method == "HEAD"
    if is_head:
        request.method = "GET"
    try:
        yield is_head
    finally:
        if is_head:
            request.method = "HEAD"


def _without_stream(response: HttpResponseBase) -> HttpResponseBase:
    """A stream that nobody reads would be held open."""
    if not response.streaming:
        return response
    response.close()
    return HttpResponse(status=response.status_code, headers=dict(response.items()))


def _complete(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code == Kind.METHOD.status and "Allow" in response:
        allowed = response["Allow"].replace("GET", "GET, HEAD")
        response = Problem(Kind.METHOD, headers={"Allow": allowed}).answer()
    deprecation.mark(request, response)
    patch_vary_headers(response, ["Authorization", "Cookie", "Accept-Language"])
    if request.method == "GET" and response.status_code == 200 and isinstance(response, HttpResponse):
        return _validated(request, response)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _validated(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """With an ETag; 304 where the client has it already."""
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
