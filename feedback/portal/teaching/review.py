"""One text with its feedback, as its teacher reads, corrects and releases it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback.models import Comment, Document, Edit, Feedback, Section, User
from feedback.portal.access import user_of
from feedback.portal.labels import Label, label_of
from feedback.portal.marks import Mark, in_reading_order, leading_titles, marks_of
from feedback.portal.rubric import scales_of
from feedback.services import review as services

from .access import own_submission
from .review_form import ReleaseForm, apply_edits

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Level:
    """A suggestion with the names that its criterion has for levels."""

    number: int
    criterion: str
    name: str
    names: Sequence[str]
    justification: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section, or the whole text, with what was written on it and what a teacher changed in that."""

    section: Section | None  # None: the whole text
    above: Sequence[str]
    marks: Sequence[Mark]
    feedback: Feedback | None
    comments: Sequence[Comment]
    levels: Sequence[Level]
    label: Label | None
    edits: Sequence[Edit]

    @property
    def anchor(self) -> str:
        return f"part-{self.section.pk}" if self.section else "part-whole"


@require_safe
@login_required
def review(request: HttpRequest, document_id: UUID) -> HttpResponse:
    document = own_submission(request, document_id)
    return _show(request, document, ReleaseForm.of(document))


@require_POST
@login_required
def edit(request: HttpRequest, document_id: UUID, feedback_id: UUID) -> HttpResponse:
    """Save what was changed in one part. htmx gets the part anew, a browser without scripts the page."""
    document = own_submission(request, document_id)
    feedback = document.feedback.filter(pk=feedback_id).prefetch_related("comments").first()
    if feedback is None:
        raise Http404("no such feedback on this text")
    try:
        changed = apply_edits(feedback, request.POST, by=user_of(request))
    except services.NotReady as error:
        messages.error(request, str(error))
        return redirect("teaching-review", document_id)
    part = next(each for each in parts_of(document) if each.feedback and each.feedback.pk == feedback_id)
    if request.headers.get("HX-Request"):
        context = {"document": document, "part": part, "is_saved": True, "changed": changed}
        return render(request, "portal/teaching/review_part.html", context)
    messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
    return redirect(f"{reverse('teaching-review', args=[document_id])}#{part.anchor}")


@require_POST
@login_required
def release(request: HttpRequest, document_id: UUID) -> HttpResponse:
    document = own_submission(request, document_id)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _show(request, document, form, status=422)
    try:
        is_news = services.release(document, by=user_of(request), **form.cleaned_data)
    except services.NotReady as error:
        messages.error(request, str(error))
        return redirect("teaching-review", document_id)
    words = _("Released: %(name)s can read it now.") if is_news else _("Saved. %(name)s sees it on the page.")
    messages.success(request, words % {"name": document.owner})
    return redirect("teaching-assignment", document.assignment_id)


def parts_of(document: Document) -> list[Part]:
    """The whole text first, then section by section; four queries."""
    given = {each.section_id: each for each in document.feedback.prefetch_related("comments")}
    scales = scales_of(document.assignment)
    edits: dict[UUID | None, list[Edit]] = {}
    for each in document.edits.select_related("by"):
        edits.setdefault(each.section_id, []).append(each)
    sections: list[Section | None] = [None, *document.sections.all()]
    return [_part(document, section, given, scales, edits) for section in sections]


def _part(
    document: Document,
    section: Section | None,
    given: Mapping[UUID | None, Feedback],
    scales: Mapping[str, Sequence[str]],
    edits: Mapping[UUID | None, Sequence[Edit]],
) -> Part:
    key = section.pk if section else None
    feedback = given.get(key)
    comments = in_reading_order(list(feedback.comments.all())) if feedback else []
    text = document.text[section.start : section.end] if section else ""
    if section:
        section.document = document
    return Part(
        section=section,
        above=leading_titles(section, text)[:-1] if section else (),
        marks=list(marks_of(section, text, comments)) if section else (),
        feedback=feedback,
        comments=comments,
        levels=_levels(feedback, scales),
        label=label_of(feedback),
        edits=edits.get(key, ()),
    )


def _levels(feedback: Feedback | None, scales: Mapping[str, Sequence[str]]) -> list[Level]:
    levels: list[dict[str, Any]] = feedback.levels if feedback else []
    return [
        Level(
            number=number,
            criterion=level["criterion"],
            name=level["level"],
            names=list(dict.fromkeys([*scales.get(level["criterion"].casefold(), ()), level["level"]])),
            justification=level.get("justification", ""),
        )
        for number, level in enumerate(levels)
    ]


def _show(request: HttpRequest, document: Document, form: ReleaseForm, *, status: int = 200) -> HttpResponse:
    context = {
        "document": document,
        "course": document.assignment.course if document.assignment else None,
        "parts": parts_of(document),
        "form": form,
        "release": getattr(document, "release", None),
        "owner": _writer(document.owner),
    }
    return render(request, "portal/teaching/review.html", context, status=status)


def _writer(owner: User) -> str:
    return owner.name or owner.email
