"""One's own documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from feedback.models import Document, Job
from feedback.selectors.documents import documents_of

from .access import user_of
from .wording import Words, document_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Row:
    document: Document
    words: Words
    done: int
    total: int


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The list; for htmx only the list itself, which a page with open work asks for now and then."""
    page = Paginator(documents_of(user_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    rows = [_row(document) for document in page.object_list]
    template = "portal/partials/documents.html" if request.headers.get("HX-Request") else "portal/home.html"
    is_live = any(not row.document.ended for row in rows)
    return render(request, template, {"rows": rows, "page": page, "is_live": is_live})


def _row(document: Document) -> Row:
    total: int = document.sections_total  # type: ignore[attr-defined]  # annotated by documents_of
    done: int = document.sections_done  # type: ignore[attr-defined]
    running: int = document.sections_running  # type: ignore[attr-defined]
    others = max(0, total - done - running)
    counts: dict[str, int] = {Job.State.DONE: done, Job.State.RUNNING: running, Job.State.WAITING: others}
    return Row(document, document_words(document, counts=counts), done, total)
