"""The courses and texts that a teacher may see: their own, and what was handed in there. Nothing else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from feedback.models import Assignment, Course, Criterion, Document, Membership, User
from feedback.services.accounts.roles import operates

TEACHER, STUDENT = Membership.Role.TEACHER, Membership.Role.STUDENT

# A text that its teacher can release now.
AWAITS_RELEASE = Q(reviewed=True, finished_at__isnull=False) & (
    Q(release__isnull=True) | Q(release__stands=False)
)


def teaches(user: User) -> bool:
    return Membership.objects.filter(user=user, role=TEACHER).exists()


def may_open_courses(user: User) -> bool:
    """Courses share the provider by weight, so not everybody makes new ones."""
    return user.role == User.Role.TEACHER or operates(user, "add_course")


def courses_of_teacher(user: User) -> QuerySet[Course]:
    """Those that go on first, each with how many take it, are asked to write, and wait for a release."""
    awaiting = Document.objects.filter(AWAITS_RELEASE, assignment__course=OuterRef("pk"))
    return _taught(user).annotate(
        students=_number(Membership.objects.filter(course=OuterRef("pk"), role=STUDENT)),
        tasks=_number(Assignment.objects.filter(course=OuterRef("pk"))),
        awaiting=_number(awaiting),
    ).order_by(F("archived_at").desc(nulls_first=True), "name")  # fmt: skip


def course_of_teacher(user: User, course_id: UUID) -> Course:
    """Raises Course.DoesNotExist for a course that they don't teach."""
    return _taught(user).get(pk=course_id)


def assignment_of_teacher(user: User, assignment_id: UUID) -> Assignment:
    """Raises Assignment.DoesNotExist for one of a course that they don't teach."""
    mine = Assignment.objects.filter(course__in=_taught(user)).select_related("course")
    return mine.annotate(has_rubric=Exists(Criterion.objects.filter(assignment=OuterRef("pk")))).get(
        pk=assignment_id
    )


def submission_of_teacher(user: User, document_id: UUID) -> Document:
    """What was handed in for a course that they teach. Raises Document.DoesNotExist for anything else."""
    mine = Document.objects.filter(assignment__course__in=_taught(user))
    whole = mine.select_related("assignment__course", "owner", "release", "reading")
    return whole.prefetch_related("assignment__criteria").get(pk=document_id)


def members_of(course: Course, search: str = "") -> QuerySet[Membership]:
    """Teachers first, then by name."""
    found = course.memberships.select_related("user").order_by("-role", "user__name", "user__email")
    words = search.split()
    for word in words:
        found = found.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    return found


def assignments_of(course: Course) -> QuerySet[Assignment]:
    """By deadline, those without one last; with how many handed in, and how many wait for a release."""
    texts = Document.objects.filter(assignment=OuterRef("pk"))
    writers = texts.order_by().values("assignment").annotate(n=Count("owner", distinct=True)).values("n")
    return course.assignments.annotate(
        writers=Coalesce(Subquery(writers), 0), awaiting=_number(texts.filter(AWAITS_RELEASE))
    ).order_by(F("deadline").desc(nulls_last=True), "title")


def _taught(user: User) -> QuerySet[Course]:
    return Course.objects.filter(memberships__user=user, memberships__role=TEACHER)


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many rows, in a subquery of its own: joined counts would multiply."""
    one = rows.order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(one.annotate(n=Count("pk")).values("n")), 0)
