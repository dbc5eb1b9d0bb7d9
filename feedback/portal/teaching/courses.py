"""Courses: the list, one of them, opened, renamed, archived."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback.errors import Refused
from feedback.portal.access import user_of
from feedback.selectors.teaching import teaching
from feedback.services.teaching import courses as services

from .access import own_course
from .forms import CourseForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from feedback.models import Course, User


@require_safe
@login_required
def courses(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    context = {
        "courses": teaching.courses_of_teacher(user),
        "may_open": teaching.may_open_courses(user),
    }
    return render(request, "portal/teaching/courses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_course(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if not teaching.may_open_courses(user):
        raise PermissionDenied
    form = CourseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            course = services.open_course(name=form.cleaned_data["name"], teacher=user)
            _set_urgency(course, form, user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The course is open. Add its members next."))
            return redirect("teaching-course", course.pk)
    return _form(request, form)


@require_safe
@login_required
def course(request: HttpRequest, course_id: UUID) -> HttpResponse:
    found = own_course(request, course_id)
    context = {
        "course": found,
        "assignments": teaching.assignments_of(found),
        "members": found.memberships.count(),
    }
    return render(request, "portal/teaching/course.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_course(request: HttpRequest, course_id: UUID) -> HttpResponse:
    found = own_course(request, course_id)
    form = CourseForm(request.POST) if request.method == "POST" else CourseForm.of(found)
    if request.method == "POST" and form.is_valid():
        try:
            services.rename(course=found, name=form.cleaned_data["name"], by=user_of(request))
            _set_urgency(found, form, user_of(request))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("teaching-course", course_id)
    return _form(request, form, course=found)


@require_POST
@login_required
def archive_course(request: HttpRequest, course_id: UUID) -> HttpResponse:
    """To and fro: the button says which."""
    found = own_course(request, course_id)
    if "again" in request.POST:
        services.take_up_again(found, by=user_of(request))
        messages.success(request, _("The course goes on: texts can be handed in for it."))
    else:
        services.archive(found, by=user_of(request))
        messages.success(request, _("Archived. Nothing new can be handed in for it, and everything stays."))
    return redirect("teaching-course", course_id)


def _set_urgency(course: Course, form: CourseForm, by: User) -> None:
    """Where the form offers it at all."""
    if "urgency" in form.fields:
        services.set_urgency(course=course, urgency=form.cleaned_data["urgency"], by=by)


def _form(request: HttpRequest, form: CourseForm, **context: object) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "portal/teaching/course_form.html", {"form": form, **context}, status=status)
