"""The page of one's own documents: the list, searched, filtered and paged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from feedback.models import Document, Job
from feedback.portal.access import user_of
from feedback.portal.words.wording import REVIEWED, Words, document_words
from feedback.selectors.intake.drafts import drafts_of
from feedback.selectors.intake.history import listed
from feedback.selectors.work.waiting import Wait, waits_of

from .forms import HistoryForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

PAGING = ("before", "after")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    document: Document
    words: Words
    done: int
    total: int


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The list; for htmx only the list itself, which a page with open work asks for now and then."""
    user = user_of(request)
    form = HistoryForm(request.GET, owner=user)
    wanted = form.wanted()
    page = listed(user, wanted)
    waits = waits_of(page.documents)
    rows = [_row(each, page.sections[each.pk], waits.get(each.pk)) for each in page.documents]
    context = {
        "rows": rows,
        "page": page,
        "form": form,
        "wanted": wanted,
        "kept": _without_paging(request),
        "here": request.GET.urlencode(),
        "is_live": any(not row.document.ended for row in rows),
        "is_first": not (wanted.before or wanted.after),
    }
    if request.headers.get("HX-Request"):
        return render(request, "portal/partials/documents.html", context)
    return render(request, "portal/home.html", {**context, "drafts": drafts_of(user)})


def _without_paging(request: HttpRequest) -> str:
    fields = request.GET.copy()
    for name in PAGING:
        fields.pop(name, None)
    return fields.urlencode()


def _row(document: Document, sections: Mapping[str, int], wait: Wait | None) -> DocumentRow:
    total, done = sum(sections.values()), sections.get(Job.State.DONE, 0)
    return DocumentRow(document, _words(document, sections, wait), done, total)


def _words(document: Document, sections: Mapping[str, int], wait: Wait | None) -> Words:
    release = getattr(document, "release", None)
    if document.reviewed and document.state == Document.State.COMPLETE and not (release and release.stands):
        return REVIEWED
    return document_words(document, counts=sections, wait=wait)
