"""A document's page, its parts as they change, and what can be done with it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from feedback.services import documents

from .access import own_document
from .page import card_of, page_of
from .wording import counted


@require_safe
@login_required
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    return _part(request, document_id, "portal/document.html")


@require_safe
@login_required
def progress(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The state of everything, with what to do now: small enough to be asked for often.

    A page that shows another structure than there is now has no places for its parts: it gets the
    banner alone, whose structure tells it to start over.
    """
    page = page_of(own_document(request, document_id))
    has_outline = bool(page.cards) and request.GET.get("structure") == page.structure
    return render(request, "portal/partials/progress_update.html", {"page": page, "has_outline": has_outline})


@require_safe
@login_required
def summary(request: HttpRequest, document_id: UUID) -> HttpResponse:
    return _part(request, document_id, "portal/partials/summary.html")


@require_safe
@login_required
def section(request: HttpRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    page = page_of(own_document(request, document_id))
    card = card_of(page, section_id)
    if card is None:
        raise Http404("no such section")
    return render(request, "portal/partials/section.html", {"page": page, "card": card})


@require_POST
@login_required
def cancel(request: HttpRequest, document_id: UUID) -> HttpResponse:
    if documents.cancel(own_document(request, document_id)):
        messages.success(request, "Cancelled. What was finished stays.")
    else:
        messages.info(request, "It had ended already: there was nothing to cancel.")
    return redirect("document", document_id)


@require_POST
@login_required
def retry(request: HttpRequest, document_id: UUID) -> HttpResponse:
    if number := documents.retry_failed(own_document(request, document_id)):
        messages.success(request, f"{counted(number, 'step')} started again.")
    else:
        messages.info(request, "There was nothing to start again.")
    return redirect("document", document_id)


def _part(request: HttpRequest, document_id: UUID, template: str) -> HttpResponse:
    return render(request, template, {"page": page_of(own_document(request, document_id))})
