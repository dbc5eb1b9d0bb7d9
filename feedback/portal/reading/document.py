"""A document's page, its parts as they change, and what can be done with it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from feedback.portal.access import own_document
from feedback.portal.words.took_text import took_in_words
from feedback.selectors.work.duration import took
from feedback.services.intake import documents
from feedback.services.work import notices

from .page import card_of, page_of
from .plain import plain_text

NOTHING_TO_CANCEL = gettext_lazy("It had ended already: there was nothing to cancel.")
NOTHING_TO_START = gettext_lazy("There was nothing to start again.")


@require_safe
@login_required
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    return _part(request, document_id, "portal/document.html")


@require_safe
@login_required
def progress(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The state of everything, with what to do now: small enough to be asked for often.

    A page that shows another structure than there is now has no places for its parts: it gets the
    banner alone, and by its structure starts over.
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


@require_safe
@login_required
def reasons(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Why it took as long as it did: a part of the page that it asks for once it is drawn."""
    words = took_in_words(took(own_document(request, document_id)))
    return HttpResponse(format_html('<p class="meta">{}</p>', words))


@require_safe
@login_required
def text(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The feedback as plain text, for copying it somewhere else."""
    words = plain_text(page_of(own_document(request, document_id)))
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


@require_POST
@login_required
def cancel(request: HttpRequest, document_id: UUID) -> HttpResponse:
    if documents.cancel(own_document(request, document_id)):
        messages.success(request, _("Cancelled. What was finished stays."))
    else:
        messages.info(request, NOTHING_TO_CANCEL)
    return redirect("document", document_id)


@require_POST
@login_required
def retry(request: HttpRequest, document_id: UUID) -> HttpResponse:
    if number := documents.retry_failed(own_document(request, document_id)):
        started = ngettext("%d step started again.", "%d steps started again.", number) % number
        messages.success(request, started)
    else:
        messages.info(request, NOTHING_TO_START)
    return redirect("document", document_id)


@require_POST
@login_required
def cancel_section(request: HttpRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    if documents.cancel_section(own_document(request, document_id), section_id):
        messages.success(request, _("This section is cancelled. The others go on."))
    else:
        messages.info(request, NOTHING_TO_CANCEL)
    return _at_section(document_id, section_id)


@require_POST
@login_required
def retry_section(request: HttpRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    if documents.retry_section(own_document(request, document_id), section_id):
        messages.success(request, _("This section is in line again."))
    else:
        messages.info(request, NOTHING_TO_START)
    return _at_section(document_id, section_id)


@require_POST
@login_required
def notify(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Want a mail when it is done, or no longer."""
    document = own_document(request, document_id)
    if request.POST.get("want") != "1":
        notices.withdraw(document)
    elif not notices.ask(document):
        messages.info(request, _("It is done already: there is nothing to wait for."))
    return redirect("document", document_id)


def _at_section(document_id: UUID, section_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('document', args=[document_id])}#section-{section_id}")


def _part(request: HttpRequest, document_id: UUID, template: str) -> HttpResponse:
    return render(request, template, {"page": page_of(own_document(request, document_id))})
