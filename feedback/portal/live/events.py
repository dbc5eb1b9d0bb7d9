"""The stream of events of an open page while work goes on: server-sent events.

An open stream holds no database connection: its right is checked once, first, and the connection
that this took is given back before the first byte.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from feedback.live import Entry
from feedback.live.entries import dumps
from feedback.live.hub import hub
from feedback.models import User
from feedback.portal.access import own_document
from feedback.selectors.intake.visibility import feedback_visible

from .stream import EventStream
from .stream_limit import seats

RETRY_MILLISECONDS = 3000  # until a browser asks again after its stream broke
TOO_MANY_SECONDS = 30
_POSITION = re.compile(r"\d{1,20}-\d{1,20}")


@require_GET
async def events(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """The document's events after Last-Event-ID, or after ?from=. 204: it has ended, ask no more."""
    after = request.headers.get("Last-Event-ID") or request.GET.get("from", "0-0")
    if not _POSITION.fullmatch(after):
        return HttpResponse("Last-Event-ID is no event's id.", status=400, content_type="text/plain")
    person, refusal, visible = await sync_to_async(_authorise)(request, document_id)
    if refusal:
        return HttpResponse(status=refusal)
    if seats.full(person):
        return HttpResponse(status=429, headers={"Retry-After": str(TOO_MANY_SECONDS)})
    return EventStream(request, _stream(str(document_id), after, person, visible=visible))


def _authorise(request: HttpRequest, document_id: UUID) -> tuple[str, int, bool]:
    """The listener, the status of a refusal (0: none), and whether it may have words of feedback."""
    try:
        if not isinstance(request.user, User):
            return "", 403, False
        document = own_document(request, document_id)
        return str(request.user.pk), 204 if document.ended else 0, feedback_visible(document)
    except Http404:
        return "", 404, False
    finally:
        connection.close()


async def _stream(document: str, after: str, person: str, *, visible: bool) -> AsyncGenerator[str]:
    with seats.taken(person):
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        async with aclosing(hub().listen(document, after)) as entries:
            async for entry in entries:
                if visible or entry is None or entry.event != "text":
                    yield _line(entry)


def _line(entry: Entry | None) -> str:
    if entry is None:
        return ": still here\n\n"
    # An empty id would make the browser forget where it was.
    position = f"id: {entry.id}\n" if entry.id else ""
    return f"{position}event: {entry.event}\ndata: {dumps(entry.data)}\n\n"
