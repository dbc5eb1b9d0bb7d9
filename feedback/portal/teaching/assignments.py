"""An assignment with its rubric, new or edited."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from feedback.errors import Refused
from feedback.models import Assignment, Course
from feedback.services.teaching.assignments import save_assignment

from . import rubric
from .access import own_assignment, own_course
from .forms import AssignmentForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_assignment(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = own_course(request, course_id)
    if request.method == "POST":
        return _sent(request, course, None)
    return _show(request, course, None, AssignmentForm(), [rubric.Row()])


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_assignment(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    assignment = own_assignment(request, assignment_id)
    if request.method == "POST":
        return _sent(request, assignment.course, assignment)
    form = AssignmentForm.of(assignment)
    return _show(request, assignment.course, assignment, form, rubric.rows_of(assignment))


def _sent(request: HttpRequest, course: Course, assignment: Assignment | None) -> HttpResponse:
    before = assignment.deadline if assignment else None
    form, rows = AssignmentForm(request.POST, before=before), rubric.rows_in(request.POST)
    if action := request.POST.get("rubric"):
        return _changed(request, course, assignment, rubric.acted(rows, action))
    rows = rubric.checked(rows)
    if form.is_valid() and not any(row.errors for row in rows):
        try:
            lines = [row.line() for row in rows]
            saved = save_assignment(
                course=course, assignment=assignment, fields=form.cleaned_data, rubric=lines
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("teaching-assignment", saved.pk)
    return _show(request, course, assignment, form, rows, status=422)


def _changed(
    request: HttpRequest, course: Course, assignment: Assignment | None, rows: list[rubric.Row]
) -> HttpResponse:
    """A row moved, was added or removed; nothing is saved yet, and nothing typed is lost."""
    if request.headers.get("HX-Request"):
        return render(request, "portal/teaching/rubric.html", {"rows": rows, "most": rubric.MAX_ROWS})
    unsaved = AssignmentForm(initial={name: request.POST.get(name) for name in AssignmentForm.base_fields})
    return _show(request, course, assignment, unsaved, rows)


def _show(
    request: HttpRequest,
    course: Course,
    assignment: Assignment | None,
    form: AssignmentForm,
    rows: list[rubric.Row],
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "course": course,
        "assignment": assignment,
        "form": form,
        "rows": rows,
        "most": rubric.MAX_ROWS,
        "has_errors": status != 200,
    }
    return render(request, "portal/teaching/assignment_form.html", context, status=status)
