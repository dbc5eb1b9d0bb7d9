"""The reader's reactions to comments."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from feedback.errors import Refused
from feedback.models import Comment
from feedback.portal.access import own_document, user_of
from feedback.selectors.intake.visibility import feedback_visible
from feedback.services.teaching import reactions

from .page import note_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from feedback.models import Document


@require_POST
@login_required
def react(request: HttpRequest, document_id: UUID, comment_id: UUID) -> HttpResponse:
    """Take a reaction, or (without a verdict) take it back; htmx gets the note as it is then."""
    document = own_document(request, document_id)
    comment, person = _comment_of(document, comment_id), user_of(request)
    error = ""
    try:
        if verdict := request.POST.get("verdict", ""):
            reactions.react(comment, person, verdict, request.POST.get("reason", ""))
        else:
            reactions.undo(comment, person)
    except Refused as refused:
        error = str(refused)
    if request.headers.get("HX-Request"):
        note = note_of(comment, comment.reactions.filter(person=person).first(), error=error)
        return render(request, "portal/partials/reaction.html", {"document": document, "note": note})
    if error:
        messages.error(request, error)
    return redirect(f"{reverse('document', args=[document.pk])}#note-{comment.pk}")


def _comment_of(document: Document, comment_id: UUID) -> Comment:
    """Raises Http404 for another document's comment, and while it may not be read."""
    comment = Comment.objects.filter(pk=comment_id, feedback__document=document).first()
    if comment is None or not feedback_visible(document):
        raise Http404("no such comment")
    return comment
