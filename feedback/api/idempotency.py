"""Idempotency-Key: a request that comes again is done once (draft-ietf-httpapi-idempotency-key-header)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast
from uuid import uuid4

from django.http import HttpResponse

from feedback.models import Document, KeptAnswer
from feedback.services.accounts import kept_answers
from feedback.services.accounts.kept_answers import AnotherRequest, InWork

from .problems import Kind, Problem

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from .access import ApiRequest

FIELD, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
LONGEST = 255
SOON = 1  # seconds after which the first answer may be there

P = ParamSpec("P")
T = TypeVar("T")


def repeatable(operation: Callable[P, T]) -> Callable[P, T]:
    """Let a client send a request again, with a key of its own: the second gets the first one's answer."""

    @wraps(operation)
    def once(*args: P.args, **kwargs: P.kwargs) -> Any:
        request = cast("ApiRequest", args[0])
        key = request.headers.get(FIELD)
        if key is None:
            return operation(*args, **kwargs)
        kept = _begun(request, key)
        if kept.status is not None:
            return _again(kept)
        request.kept_answer = kept
        return operation(*args, **kwargs)

    once.is_repeatable = True  # type: ignore[attr-defined]
    return cast("Callable[P, T]", once)


def _begun(request: ApiRequest, key: str) -> KeptAnswer:
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        raise Problem(Kind.INVALID, f"{FIELD} has 1 to {LONGEST} printable characters.", field=FIELD)
    try:
        return kept_answers.begin(owner=request.auth.user, key=key, request=_digest(request))
    except AnotherRequest:
        raise Problem(Kind.KEY_REUSED, field=FIELD) from None
    except InWork:
        raise Problem(Kind.IN_WORK, headers={"Retry-After": str(SOON)}) from None


def _again(kept: KeptAnswer) -> HttpResponse:
    headers = {REPLAYED: "true"} | ({"Location": kept.location} if kept.location else {})
    return HttpResponse(kept.body, status=kept.status, content_type="application/json", headers=headers)


def _digest(request: HttpRequest) -> str:
    """Of what is asked. A form's boundary is another each time, so its parts count."""
    made = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        made.update(request.body)
        return made.hexdigest()
    for name, values in sorted(request.POST.lists()):
        made.update(repr((name, values)).encode())
    files = [(name, file) for name in sorted(request.FILES) for file in request.FILES.getlist(name)]
    for name, file in files:
        made.update(repr((name, file.name)).encode())
        for chunk in file.chunks():
            made.update(chunk)
        file.seek(0)
    return made.hexdigest()


def submission_key(request: ApiRequest) -> str:
    """The same for requests with the same key, also where the first one's process died before its answer."""
    kept: KeptAnswer | None = getattr(request, "kept_answer", None)
    return kept.pk.hex if kept else uuid4().hex


def concerns(request: ApiRequest, document: Document) -> None:
    """The answer to this request speaks of a document, and is kept no longer than that."""
    kept: KeptAnswer | None = getattr(request, "kept_answer", None)
    if kept:
        kept.document = document


def finish(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keep the answer of a request with a key that was done; forget one that was refused."""
    kept: KeptAnswer | None = getattr(request, "kept_answer", None)
    if kept is None:
        return
    if 200 <= response.status_code < 300 and isinstance(response, HttpResponse):
        body, location = response.content.decode(), response.headers.get("Location", "")
        kept_answers.keep(kept, status=response.status_code, body=body, location=location)
    else:
        kept_answers.forget(kept)
