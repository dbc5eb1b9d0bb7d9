"""Errors as problem documents (RFC 9457), each of a type that stays as it is."""

from __future__ import annotations

import math
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from feedback.errors import Refused
from feedback.services.intake import drafts, outlines
from limiter.gate.model import GateError

if TYPE_CHECKING:
    from django.http import HttpRequest
    from ninja import NinjaAPI

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:marginalia:problem:"
CHALLENGE = 'Bearer realm="marginalia"'
SOON = 15  # seconds after which asking a gate again is worth while


class Kind(Enum):
    """A type of problem: its name, its status and its title. Names are never changed, nor used anew."""

    MALFORMED = "malformed", 400, "The request could not be read"
    UNAUTHENTICATED = "unauthenticated", 401, "A valid token or a session is needed"
    SCOPE = "insufficient-scope", 403, "The token does not open this"
    SUSPENDED = "suspended", 403, "The owner of the token is suspended"
    FORGED = "csrf", 403, "A session has to send the page's token against forgery"
    FORBIDDEN = "forbidden", 403, "This is not open to you"
    NOT_FOUND = "not-found", 404, "There is nothing here"
    METHOD = "method-not-allowed", 405, "This address takes other methods"
    NOTHING_TO_DO = "nothing-to-do", 409, "There was nothing to do"
    CONFLICT = "conflict", 409, "It was changed meanwhile"
    IN_WORK = "idempotency-key-in-work", 409, "The request with this key has not been answered yet"
    GONE = "gone", 410, "It is there no more"
    INVALID = "invalid", 422, "The request says something that can't be"
    REFUSED = "refused", 422, "This can't be accepted"
    KEY_REUSED = "idempotency-key-reused", 422, "The key was used for another request"
    BUSY = "busy", 429, "Too much work is waiting"
    UNAVAILABLE = "unavailable", 503, "We will be back in a moment"

    @property
    def uri(self) -> str:
        return PREFIX + self.value[0]

    @property
    def status(self) -> int:
        return self.value[1]

    @property
    def title(self) -> str:
        return self.value[2]


class Problem(Exception):
    """An error as its client shall read it; raised from anywhere in a request."""

    def __init__(
        self, kind: Kind, detail: str = "", *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail or kind.title)
        self.kind = kind
        self.headers = headers or {}
        self.more = more

    def answer(self) -> HttpResponse:
        data = {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": str(self),
            **self.more,
        }
        headers = {"Cache-Control": "no-store", **self.headers}
        return JsonResponse(data, status=self.kind.status, content_type=MEDIA_TYPE, headers=headers)


def handle_in(api: NinjaAPI) -> None:
    """Let the API answer every error that it knows in this form; what it does not know is the site's."""
    for error, made in _MADE.items():
        api.add_exception_handler(error, lambda request, raised, made=made: made(raised).answer())  # type: ignore[misc]
    api.add_exception_handler(Exception, _unknown)


def _unknown(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    raise error


def unauthenticated(error: Any = None) -> Problem:
    return Problem(Kind.UNAUTHENTICATED, headers={"WWW-Authenticate": CHALLENGE})


def _of_http(error: HttpError) -> Problem:
    """What django-ninja raises by itself: a body that is no JSON."""
    same = [kind for kind in Kind if kind.status == error.status_code]
    return Problem(same[0] if same else Kind.MALFORMED, str(error))


def _invalid(error: ValidationError) -> Problem:
    found = [
        {"where": ".".join(map(str, each["loc"])), "code": each["type"], "message": each["msg"]}
        for each in error.errors
    ]
    words = "; ".join(f"{each['where']}: {each['message']}" for each in found)
    return Problem(Kind.INVALID, words, errors=found)


def _refused(error: Refused) -> Problem:
    if error.retry_after is None:
        return Problem(Kind.REFUSED, str(error), field=error.field)
    again = {"Retry-After": str(math.ceil(error.retry_after))}
    return Problem(Kind.BUSY, str(error), field=error.field, headers=again)


def _gone(error: drafts.Gone) -> Problem:
    document = str(error.document.pk) if error.document else None
    return Problem(Kind.GONE, str(error), document=document)


def _away(error: Exception) -> Problem:
    words = str(error) if isinstance(error, outlines.Busy) else HTTPStatus(503).description
    return Problem(Kind.UNAVAILABLE, words, headers={"Retry-After": str(SOON)})


_MADE: dict[type[Exception], Any] = {
    Problem: lambda problem: problem,
    AuthenticationError: unauthenticated,
    HttpError: _of_http,
    ValidationError: _invalid,
    Http404: lambda error: Problem(Kind.NOT_FOUND),
    Refused: _refused,
    drafts.Conflict: lambda error: Problem(Kind.CONFLICT, str(error), version=error.draft.version),
    drafts.Gone: _gone,
    outlines.Busy: _away,
    GateError: _away,
}
