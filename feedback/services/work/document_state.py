"""The state of a document: one compare-and-set for every change of it, with what an end brings along."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from feedback.live import publish
from feedback.messages.model import Message
from feedback.models import Document
from feedback.operations.observe.runs import document_ended
from feedback.services.upstreams import reservations
from feedback.services.webhooks import events


@transaction.atomic(savepoint=False)
def move(document: Document, before: str | None, after: str, *, problem: Message | None = None) -> bool:
    """Change the state, from any open one where `before` is None. False: it had moved on, or ended."""
    rows = Document.objects.filter(pk=document.pk)
    rows = rows.filter(state=before) if before else rows.exclude(state__in=Document.ENDED)
    ended = Now() if after in Document.ENDED else None
    if not rows.update(state=after, finished_at=ended, **({"problem": problem} if problem else {})):
        return False
    if ended:
        reservations.release(document)
        events.announce_end(document, after, problem)
        transaction.on_commit(lambda: document_ended(document), robust=True)
    document.state = after
    transaction.on_commit(lambda: publish(str(document.pk), "document", {"state": after}))
    return True
