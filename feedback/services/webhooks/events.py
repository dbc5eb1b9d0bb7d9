"""Events for webhooks: a row for each that gets one, in the transaction of what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from feedback.messages.model import Message
from feedback.models import Document, Webhook, WebhookDelivery, WebhookEvent
from feedback.selectors.accounts.webhooks import subscribers

TYPING = timedelta(minutes=1)  # edits that come within it are one message
OF_STATE = {
    Document.State.COMPLETE: WebhookEvent.COMPLETED,
    Document.State.FAILED: WebhookEvent.FAILED,
    Document.State.CANCELLED: WebhookEvent.CANCELLED,
}


def announce_end(document: Document, state: str, problem: Message | None) -> int:
    return announce(document, OF_STATE[Document.State(state)], state=state, problem=problem)


def announce(
    document: Document, event: WebhookEvent, *, state: str = "", problem: Message | None = None
) -> int:
    """Returns how many messages that makes. The caller's transaction makes them true or undoes them."""
    subscribed = list(subscribers(document, event).select_related("course"))
    if not subscribed:
        return 0
    data = {
        "document": str(document.pk),
        "state": str(state or document.state),
        "assignment": str(document.assignment_id) if document.assignment_id else None,
        "reviewed": document.reviewed,
        "problem": problem.code if problem else None,
    }
    pause = TYPING if event is WebhookEvent.UPDATED else timedelta()
    made = [_row(each, event, document, data, pause) for each in subscribed]
    return len(WebhookDelivery.objects.bulk_create(made, ignore_conflicts=True))


def _row(
    webhook: Webhook, event: WebhookEvent, document: Document, data: dict[str, Any], pause: timedelta
) -> WebhookDelivery:
    course = {"course": str(webhook.course_id) if webhook.course_id else None}
    return WebhookDelivery(
        webhook=webhook, event=event, document=document, data=data | course,
        next_try_at=Now() + pause,
    )  # fmt: skip
