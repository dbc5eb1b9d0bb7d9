"""A teacher's own levels beside the suggested ones: texts to give levels, the report, and the correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback.base.agreement import FEWEST, MOST, Line
from feedback.models import Assignment, Document
from feedback.portal.access import user_of
from feedback.selectors.teaching import calibration as selectors
from feedback.services.teaching import calibration as services

from .access import own_assignment, own_submission

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the report, in words."""

    criterion: str
    papers: int
    lacking: int
    same: int | None  # percent of the texts; None: too few to say
    bias: float
    same_after: int
    bias_after: float
    follows: str
    state: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A criterion with its levels, numbered from 1, and the one that was given."""

    key: str
    name: str
    description: str
    levels: Sequence[tuple[int, str]]
    given: int | None


@require_safe
@login_required
def calibration(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    found = own_assignment(request, assignment_id)
    criteria = selectors.criteria_of(found)
    rows = [_row(each) for each in selectors.agreements(found)]
    texts = selectors.texts_of(found) if criteria else []
    context = {
        "assignment": found,
        "course": found.course,
        "criteria": criteria,
        "texts": texts,
        "next": next((each.document for each in texts if not each.has_levels), None),
        "rows": rows,
        "can_correct": any(not row.lacking for row in rows),
        "is_corrected": selectors.is_corrected(found),
        "fewest": FEWEST,
        "most": MOST,
    }
    return render(request, "portal/teaching/calibration.html", context)


def _row(each: selectors.CriterionAgreement) -> Row:
    of = each.of if each.of and not each.lacking else None
    return Row(
        criterion=each.criterion.name,
        papers=each.of.papers if each.of else 0,
        lacking=each.lacking,
        same=round(100 * of.agreement) if of else None,
        bias=of.bias if of else 0.0,
        same_after=round(100 * of.held_out_agreement) if of else 0,
        bias_after=of.held_out_bias if of else 0.0,
        follows=_follows(of.line) if of else "",
        state=_state(each),
    )


def _follows(line: Line | None) -> str:
    if line is None:
        return _("Withhold: they say little of yours")
    return _("Leave as they are") if line == Line() else _("Correct")


def _state(each: selectors.CriterionAgreement) -> str:
    made = each.calibration
    if made is None:
        return ""
    if made.highest != len(each.criterion.levels):
        return _("no longer: the criterion has other levels now")
    if made.slope is None:
        return _("withheld")
    return _("as they are") if (made.offset, made.slope) == (0, 1) else _("corrected")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def text(request: HttpRequest, assignment_id: UUID, document_id: UUID) -> HttpResponse:
    """One text without what was suggested, and the levels to choose from."""
    found = own_assignment(request, assignment_id)
    document = own_submission(request, document_id)
    criteria = selectors.criteria_of(found)
    if document.assignment_id != found.pk or not criteria:
        raise Http404("no such text of this assignment")
    if request.method == "POST":
        levels = {each.pk: _number(request.POST.get(f"level-{each.pk}", "")) for each in criteria}
        services.give_levels(document, levels, by=user_of(request))
        following = _following(found, document)
        if following is not None and any(levels.values()):
            messages.success(request, _("Your levels are kept. Here is the next text."))
            return redirect("teaching-calibration-text", found.pk, following.pk)
        messages.success(request, _("Your levels are kept."))
        return redirect("teaching-calibration", found.pk)
    given = selectors.levels_given(document)
    choices = [
        Choice(str(each.pk), each.name, each.description, list(enumerate(each.levels, 1)), given.get(each.pk))
        for each in criteria
    ]
    context = {"assignment": found, "course": found.course, "document": document, "choices": choices}
    return render(request, "portal/teaching/calibration_text.html", context)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 3 else None


def _following(assignment: Assignment, document: Document) -> Document | None:
    """The next text without a level, until there are enough."""
    texts = selectors.texts_of(assignment)
    if sum(each.has_levels for each in texts) >= FEWEST:
        return None
    left = (each.document for each in texts if not each.has_levels)
    return next((each for each in left if each != document), None)


@require_POST
@login_required
def correct(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    found = own_assignment(request, assignment_id)
    number = services.correct(found, by=user_of(request))
    if number:
        words = ngettext(
            "Levels of %(number)d criterion follow yours from now on.",
            "Levels of %(number)d criteria follow yours from now on.",
            number,
        )
        messages.success(request, words % {"number": number})
    else:
        messages.warning(request, _("There are too few of your levels yet."))
    return redirect("teaching-calibration", assignment_id)


@require_POST
@login_required
def stop(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    services.stop_correcting(own_assignment(request, assignment_id), by=user_of(request))
    messages.success(request, _("Levels are suggested as they come from now on."))
    return redirect("teaching-calibration", assignment_id)
