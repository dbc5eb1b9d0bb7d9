"""The drafts of one document: what changed from one to the next, and how the writing comes along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from feedback.documents import DiffSpan, Row, State
from feedback.models import Document
from feedback.models.work.feedback import KIND_NAMES
from feedback.portal.access import own_document
from feedback.providers.base import CommentKind
from feedback.selectors.intake.revisions import DraftFigures, Fate, changes_of, progress_of

from .charts import comments_chart
from .rubric import Scales, scales_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import Promise

FOLDED_FROM = 3  # paragraphs in a row that did not change


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that are shown together; folded where nothing in them changed."""

    rows: Sequence[Row]
    is_folded: bool


@dataclass(frozen=True, slots=True)
class Level:
    name: str
    change: str = ""  # higher, lower, same; empty: there is nothing to compare it with


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a name, and a figure or level for each draft."""

    name: str | Promise
    cells: Sequence[object]


@require_safe
@login_required
def changes(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The previous draft and this one, side by side."""
    document = own_document(request, document_id)
    found = changes_of(document)
    if found is None:
        raise Http404("this is the first draft")
    context = {
        "document": document,
        "before": found.before,
        "stretches": list(_stretches(found.difference.rows)),
        "is_same": found.difference.is_empty,
        "number": sum(1 for row in found.difference.rows if row.state != State.SAME),
    }
    return render(request, "portal/revisions/changes.html", context)


@require_safe
@login_required
def revisions(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """All drafts of one document: comments by kind, levels, words, and what became of the comments."""
    document = own_document(request, document_id)
    drafts = progress_of(document)
    found = changes_of(document, with_comments=True)
    chart = comments_chart(drafts)
    context = {
        "document": document,
        "drafts": drafts,
        "newest": drafts[-1].document,
        "chart": chart,
        "legend": [(kind, KIND_NAMES[CommentKind(kind)]) for kind in chart.kinds],
        "comments": [
            Line(KIND_NAMES[CommentKind(kind)], [each.comments.get(kind, 0) for each in drafts])
            for kind in chart.kinds
        ],
        "levels": list(_levels(drafts, document)),
        "fates": [] if found is None else [(fate, found.with_fate(fate)) for fate in Fate],
        "new": found.new if found else [],
        "counts": {} if found is None else {fate.value: len(found.with_fate(fate)) for fate in Fate},
        "before": found.before if found else None,
    }
    return render(request, "portal/revisions/drafts.html", context)


def _stretches(rows: Sequence[Row]) -> Iterator[Stretch]:
    for is_same, group in groupby(rows, key=lambda row: row.state == State.SAME):
        together = [replace(row, old=_trimmed(row.old), new=_trimmed(row.new)) for row in group]
        yield Stretch(together, is_folded=is_same and len(together) >= FOLDED_FROM)


def _trimmed(runs: Sequence[DiffSpan]) -> tuple[DiffSpan, ...]:
    """Without the empty lines after a paragraph, which the page's own distances stand for."""
    return (*runs[:-1], replace(runs[-1], text=runs[-1].text.rstrip())) if runs else ()


def _levels(drafts: Sequence[DraftFigures], document: Document) -> Iterator[Line]:
    """Each criterion over the drafts, with the direction where its scale tells it."""
    scales = scales_of(document.assignment)
    names = dict.fromkeys(name for each in drafts for name in each.levels)
    for name in names:
        cells, before = [], ""
        for draft in drafts:
            level = draft.levels.get(name, "")
            cells.append(Level(level, _change(scales, name, before, level)))
            before = level or before
        yield Line(name, cells)


def _change(scales: Scales, criterion: str, before: str, after: str) -> str:
    scale = [level.casefold() for level in scales.get(criterion.casefold(), ())]
    if before.casefold() not in scale or after.casefold() not in scale:
        return ""
    steps = scale.index(after.casefold()) - scale.index(before.casefold())
    return "higher" if steps > 0 else "lower" if steps < 0 else "same"
