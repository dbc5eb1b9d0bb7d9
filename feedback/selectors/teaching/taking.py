"""The courses that a person takes or teaches, and what they are asked to write there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from feedback.models import Assignment, Course, Membership, User

if TYPE_CHECKING:
    from django.db.models import QuerySet


def memberships_of(user: User) -> QuerySet[Membership]:
    """Each with its course, by name."""
    return user.memberships.select_related("course").order_by("course__name")


def course_of_member(user: User, course_id: UUID) -> Course:
    """Raises Course.DoesNotExist for a course that they are not in."""
    return Course.objects.get(members=user, pk=course_id)


def assignments_of_member(user: User) -> QuerySet[Assignment]:
    """Of all courses that they are in, those included that are over."""
    mine = Assignment.objects.filter(course__members=user).select_related("course")
    return mine.prefetch_related("criteria").order_by("course__name", "title")


def open_assignments(user: User) -> QuerySet[Assignment]:
    """Those that they may hand in for: of courses that go on."""
    going_on = Assignment.objects.filter(course__members=user, course__archived_at=None)
    return going_on.select_related("course").order_by("course__name", "title")
