"""Figures of a class with an assignment: documents handed in, frequent comments, levels, time to feedback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from feedback.models import Assignment, Comment, Document, Feedback, Membership
from feedback.providers.base import CommentKind
from feedback.selectors.percentiles import Percentile
from feedback.selectors.teaching import AWAITS_RELEASE


class Show(StrEnum):
    """The students that a list shows."""

    ALL = "all"
    AWAITING = "awaiting"  # their text waits for the teacher's release
    MISSING = "missing"  # handed in nothing


@dataclass(frozen=True, slots=True)
class Issue:
    """The subject of comments of one sort, and in how many texts they stand."""

    kind: str
    criterion: str
    comments: int
    texts: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """The number of texts at each level of a criterion, as a model suggests them."""

    criterion: str
    levels: Sequence[tuple[str, int]]  # weakest first
    texts: int


@dataclass(frozen=True, slots=True)
class Overview:
    students: int
    writers: int  # people that handed in
    texts: int  # newest drafts
    late: int
    awaiting: int
    median: timedelta | None  # from handing in to complete feedback
    p90: timedelta | None
    issues: Sequence[Issue]
    distributions: Sequence[Distribution]

    @property
    def missing(self) -> int:
        return max(0, self.students - self.writers)


def overview_of(assignment: Assignment) -> Overview:
    """In five queries, whatever the size of the class."""
    newest = _newest(assignment)
    complete, taken = Q(state=Document.State.COMPLETE), F("finished_at") - F("created_at")
    late = Q(created_at__gt=assignment.deadline) if assignment.deadline else Q(pk__isnull=True)
    figures = newest.aggregate(
        texts=Count("pk"),
        late=Count("pk", filter=late),
        awaiting=Count("pk", filter=AWAITS_RELEASE),
        median=Percentile(taken, 0.5, among=complete),
        p90=Percentile(taken, 0.9, among=complete),
    )
    students = Membership.objects.filter(course=assignment.course_id, role=Membership.Role.STUDENT)
    class_size = students.aggregate(
        students=Count("pk"), writers=Count("pk", filter=Q(user__in=newest.values("owner")))
    )
    return Overview(
        **figures,
        **class_size,
        issues=_issues(newest),
        distributions=_distributions(assignment, newest),
    )


def _newest(assignment: Assignment) -> QuerySet[Document]:
    """The last draft of each text. Two texts of one person count twice where texts are counted."""
    return Document.objects.filter(assignment=assignment, next__isnull=True).order_by()


def _issues(newest: QuerySet[Document], most: int = 8) -> list[Issue]:
    rows = (
        Comment.objects.filter(feedback__document__in=newest.values("pk"), feedback__provisional=False)
        .exclude(kind=CommentKind.PRAISE)
        .order_by()
        .values("kind", "criterion")
        .annotate(comments=Count("pk"), texts=Count("feedback__document", distinct=True))
        .order_by("-texts", "-comments", "kind", "criterion")[:most]
    )
    return [Issue(**row) for row in rows]


def _distributions(assignment: Assignment, newest: QuerySet[Document]) -> list[Distribution]:
    """On the scales as the rubric has them now; levels that it knows no more come last."""
    reached: dict[str, Counter[str]] = {}
    summaries = Feedback.objects.filter(document__in=newest.values("pk"), section=None)
    for levels in summaries.values_list("levels", flat=True):
        for level in levels:
            reached.setdefault(level["criterion"].casefold(), Counter())[level["level"]] += 1
    return [
        Distribution(criterion.name, _on_scale(criterion.levels, counts), counts.total())
        for criterion in assignment.criteria.all()
        if (counts := reached.get(criterion.name.casefold()))
    ]


def _on_scale(scale: Sequence[str], counts: Counter[str]) -> list[tuple[str, int]]:
    folded: Counter[str] = Counter()
    for name, number in counts.items():
        folded[name.casefold()] += number
    known = {name.casefold() for name in scale}
    others = [(name, number) for name, number in counts.items() if name.casefold() not in known]
    return [(name, folded[name.casefold()]) for name in scale] + others


# Handed in ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Student:
    """One student of the class, with the last text that they handed in."""

    member: Membership
    document: Document | None

    @property
    def awaits_release(self) -> bool:
        document = self.document
        return document is not None and document.reviewed and document.ended and not self.is_released

    @property
    def is_released(self) -> bool:
        release = getattr(self.document, "release", None)
        return release is not None and release.stands


def students_of(assignment: Assignment, show: Show = Show.ALL) -> QuerySet[Membership]:
    """By name, each with the id of their last text as `latest`."""
    handed_in = Document.objects.filter(owner=OuterRef("user"), assignment=assignment).order_by("-pk")
    students = (
        Membership.objects.filter(course=assignment.course_id, role=Membership.Role.STUDENT)
        .select_related("user")
        .annotate(latest=Subquery(handed_in.values("pk")[:1]))
        .order_by("user__name", "user__email")
    )
    if show == Show.MISSING:
        return students.filter(latest=None)
    if show == Show.AWAITING:
        awaiting = Document.objects.filter(AWAITS_RELEASE, assignment=assignment)
        return students.filter(latest__in=awaiting.values("pk"))
    return students


def with_texts(members: Sequence[Membership]) -> list[Student]:
    """A page of them with their texts, in one query."""
    ids = [latest for member in members if (latest := getattr(member, "latest", None))]
    texts = Document.objects.filter(pk__in=ids).defer("text", "headings").select_related("release").in_bulk()
    return [Student(member, texts.get(getattr(member, "latest", None))) for member in members]


def awaiting_release(assignment: Assignment) -> QuerySet[Document]:
    return (
        Document.objects.filter(AWAITS_RELEASE, assignment=assignment)
        .defer("text", "headings")
        .order_by("pk")
    )
