"""The stream of events of an open page while work goes on: server-sent events.

An open stream holds no database connection: its right is checked once, first, and the connection
that this took is given back before the first byte.
"""

from __future__ import annotations

from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from feedback.live.listening import BEGINNING, POSITION, TOO_MANY_SECONDS, of_one
from feedback.live.responses import EventStream
from feedback.live.stream_limit import seats
from feedback.models import User
from feedback.portal.access import own_document
from feedback.selectors.intake.visibility import feedback_visible


@require_GET
async def events(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """The document's events after Last-Event-ID, or after ?from=. 204: it has ended, ask no more."""
    after = request.headers.get("Last-Event-ID") or request.GET.get("from", BEGINNING)
    if not POSITION.fullmatch(after):
        return HttpResponse("Last-Event-ID is no event's id.", status=400, content_type="text/plain")
    person, refusal, visible = await sync_to_async(_authorise)(request, document_id)
    if refusal:
        return HttpResponse(status=refusal)
    if seats.full(person):
        return HttpResponse(status=429, headers={"Retry-After": str(TOO_MANY_SECONDS)})
    return EventStream(request, of_one(str(document_id), after, person, visible=visible))


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
