"""Access to a course: its teachers' alone; for anybody else there is no such course."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404

from feedback.models import Assignment, Course, Document, Membership
from feedback.portal.access import user_of
from feedback.selectors.teaching import teaching

if TYPE_CHECKING:
    from django.http import HttpRequest


def own_course(request: HttpRequest, course_id: UUID) -> Course:
    try:
        return teaching.course_of_teacher(user_of(request), course_id)
    except Course.DoesNotExist:
        raise Http404("no such course of yours") from None


def own_member(request: HttpRequest, course_id: UUID, member_id: int) -> Membership:
    course = own_course(request, course_id)
    member = course.memberships.select_related("user").filter(pk=member_id).first()
    if member is None:
        raise Http404("no such member")
    return member


def own_assignment(request: HttpRequest, assignment_id: UUID) -> Assignment:
    try:
        return teaching.assignment_of_teacher(user_of(request), assignment_id)
    except Assignment.DoesNotExist:
        raise Http404("no such assignment of yours") from None


def own_submission(request: HttpRequest, document_id: UUID) -> Document:
    """What was handed in for one's own course; a text outside any assignment is its writer's alone."""
    try:
        return teaching.submission_of_teacher(user_of(request), document_id)
    except Document.DoesNotExist:
        raise Http404("no such text in a course of yours") from None
