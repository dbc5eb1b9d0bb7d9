"""Requests: counted, traced, and one line of the log for each."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from django_structlog.middlewares import RequestMiddleware
from opentelemetry.trace import Span, SpanKind, get_current_span
from structlog.contextvars import bind_contextvars

from . import tracing
from .around import Around
from .metrics import counters

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class ObserveMiddleware(Around):
    """Comes first, so that all that a request does lies within its span. `request.trace_id` names it."""

    def during(self, request: HttpRequest) -> AbstractContextManager[Span]:
        request.began = time.perf_counter()  # type: ignore[attr-defined]
        return tracing.span(str(request.method), kind=SpanKind.SERVER)

    def enter(self, request: HttpRequest) -> None:
        request.trace_id = tracing.trace_id()  # type: ignore[attr-defined]

    def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        seconds = time.perf_counter() - request.began  # type: ignore[attr-defined]
        _note(get_current_span(), request, response, seconds)
        return response


def _note(span: Span, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    view = _view(request)
    count(request, response.status_code)
    counters.request_seconds.labels(view).observe(seconds)
    span.update_name(f"{_method(request)} {view}")
    span.set_attributes({"http.response.status_code": response.status_code, "http.route": view})


def count(request: HttpRequest, status: int) -> None:
    counters.requests.labels(_method(request), _view(request), str(status)).inc()


def _method(request: HttpRequest) -> str:
    """Anybody may invent a method: those have one name."""
    return str(request.method) if request.method in METHODS else "other"


def _view(request: HttpRequest) -> str:
    """The name of the address pattern, never the address: there are few of them."""
    match = request.resolver_match
    if match is None:
        return "none"
    return match.view_name if match.url_name else "unnamed"


class RequestLog(RequestMiddleware):
    """django-structlog's, which says neither the address (it may hold what somebody searched for, or the
    secret of a password's reset) nor reads the user from the database."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        match = request.resolver_match
        return f"{request.method} {match.route if match else 'nowhere'}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        user = getattr(request, "_cached_user", None) or getattr(request, "_acached_user", None)
        if user is not None and user.pk:
            bind_contextvars(user=str(user.pk))
        if request.resolver_match and (document := request.resolver_match.kwargs.get("document_id")):
            bind_contextvars(document=str(document))
