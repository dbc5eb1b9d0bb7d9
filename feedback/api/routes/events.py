from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Header, Router

from feedback.api.access import READ, ApiRequest, own_document
from feedback.api.problems import Kind, Problem
from feedback.live.listening import BEGINNING, POSITION, TOO_MANY_SECONDS, Heard, of_many, of_one
from feedback.live.responses import EventStream
from feedback.live.stream_limit import seats
from feedback.models import User
from feedback.selectors.intake.documents import open_documents
from feedback.selectors.intake.visibility import feedback_visible, with_visible_feedback

router = Router(tags=["events"])

STREAM: dict[str, Any] = {
    "responses": {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
}
LastEvent = Annotated[
    str,
    Header(
        BEGINNING,
        alias="Last-Event-ID",
        pattern=f"^{POSITION.pattern}$",
        description="The id of the last event that you have. Without it all that is kept comes first.",
    ),
]


@router.get(
    "documents/{uuid:document_id}/events",
    auth=READ,
    response={200: None, 204: None},
    openapi_extra=STREAM,
    url_name="document-events",
    operation_id="listenToDocument",
)
async def of_document(request: ApiRequest, document_id: UUID, after: LastEvent) -> HttpResponseBase:
    """What happens to a document, as server-sent events: `document` (its state), `job`, `text` (the words so
    far), `reset` (some were lost: read it anew). 204: it has ended, and nothing more will come."""
    person = str(request.auth.user.pk)
    ended, visible = await sync_to_async(_about)(request, document_id)
    if ended:
        return HttpResponse(status=204)
    _must_have_a_seat(person)
    return EventStream(request, of_one(str(document_id), after, person, visible=visible))


def _about(request: ApiRequest, document_id: UUID) -> tuple[bool, bool]:
    try:
        document = own_document(request, document_id)
        return document.ended, feedback_visible(document)
    finally:
        connection.close()  # an open stream holds none


@router.get(
    "events",
    auth=READ,
    response={200: None},
    openapi_extra=STREAM,
    url_name="events",
    operation_id="listen",
)
async def of_all(request: ApiRequest, after: LastEvent) -> HttpResponseBase:
    """The same of all your documents that are in work, each event with its `document`. After a break some
    come twice."""
    user = request.auth.user
    _must_have_a_seat(str(user.pk))

    async def look() -> Sequence[Heard]:
        return await sync_to_async(_in_work)(user)

    return EventStream(request, of_many(look, after, str(user.pk)))


def _in_work(user: User) -> list[Heard]:
    try:
        found = list(open_documents(user))
        visible = {document.pk for document in with_visible_feedback(found)}
    finally:
        connection.close()
    return [
        Heard(str(each.pk), int(each.created_at.timestamp() * 1000), each.pk in visible) for each in found
    ]


def _must_have_a_seat(person: str) -> None:
    if seats.full(person):
        words = f"You hold {seats.per_person} streams open already."
        raise Problem(Kind.BUSY, words, headers={"Retry-After": str(TOO_MANY_SECONDS)})
