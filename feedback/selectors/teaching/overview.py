"""Figures of a class with an assignment: documents handed in, frequent comments, levels, time to feedback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from feedback.models import Assignment, Comment, Document, Feedback, Membership, Reaction
from feedback.providers.base import CommentKind
from feedback.selectors.intake.visibility import SHOWN
from feedback.selectors.operations.percentiles import Percentile
from feedback.selectors.teaching.teaching import AWAITS_RELEASE

FEWEST = 5  # students of whom figures may be shown
EXAMPLES = 2  # of an issue
MOST_COMMENTS = 3_000  # that are looked through for examples
_OWNER = ("feedback__document__owner__name", "feedback__document__owner__email")


class Show(StrEnum):
    """The students that a list shows."""

    ALL = "all"
    AWAITING = "awaiting"  # their text waits for the teacher's release
    MISSING = "missing"  # handed in nothing


@dataclass(frozen=True, slots=True)
class Example:
    """A comment of a sort, with the text that it is about."""

    document_id: UUID
    writer: str
    quote: str
    message: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What students made of the comments on their texts, of a class and never of one of them."""

    comments: int
    useful: int
    dealt_with: int  # in the next draft, as their writers say
    dismissed: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Issue:
    """The subject of comments of one sort, and in how many texts they stand."""

    kind: str
    criterion: str
    comments: int
    texts: int
    examples: Sequence[Example] = ()
    writers: Sequence[str] = ()  # writers of texts that have it, by name


@dataclass(frozen=True, slots=True)
class Distribution:
    """The number of texts at each level of a criterion, as a model suggests them."""

    criterion: str
    levels: Sequence[tuple[str, int]]  # weakest first; an empty name: none was suggested
    texts: int
    writers: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by level


@dataclass(frozen=True, slots=True)
class Overview:
    students: int
    writers: int  # people that handed in
    texts: int  # newest drafts
    late: int
    awaiting: int  # texts
    waiting: int  # students with a text that awaits a release
    read: int  # texts of those that await a release
    median: timedelta | None  # from handing in to complete feedback
    p90: timedelta | None
    issues: Sequence[Issue]
    distributions: Sequence[Distribution]
    answers: Answers | None  # None: fewer than FEWEST students answered

    @property
    def missing(self) -> int:
        return max(0, self.students - self.writers)


def overview_of(assignment: Assignment) -> Overview:
    """In seven queries, whatever the size of the class."""
    newest = _newest(assignment)
    complete, taken = Q(state=Document.State.COMPLETE), F("finished_at") - F("created_at")
    late = Q(created_at__gt=assignment.deadline) if assignment.deadline else Q(pk__isnull=True)
    figures = newest.aggregate(
        texts=Count("pk"),
        late=Count("pk", filter=late),
        awaiting=Count("pk", filter=AWAITS_RELEASE),
        read=Count("pk", filter=AWAITS_RELEASE & Q(reading__read_at__isnull=False)),
        median=Percentile(taken, 0.5, among=complete),
        p90=Percentile(taken, 0.9, among=complete),
    )
    waiting = Document.objects.filter(AWAITS_RELEASE, assignment=assignment)
    class_size = students_of(assignment).aggregate(
        students=Count("pk"),
        writers=Count("pk", filter=Q(latest__isnull=False)),
        waiting=Count("pk", filter=Q(latest__in=waiting.values("pk"))),
    )
    return Overview(
        **figures,
        **class_size,
        issues=_issues(newest),
        distributions=_distributions(assignment, newest),
        answers=_answers(newest),
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
    return _with_examples([Issue(**row) for row in rows], newest)


def _with_examples(issues: list[Issue], newest: QuerySet[Document]) -> list[Issue]:
    """Each with a comment or two of its sort, and with the students of texts that have one."""
    if not issues:
        return []
    sorts = reduce(or_, (Q(kind=issue.kind, criterion=issue.criterion) for issue in issues))
    rows = (
        Comment.objects.filter(sorts, feedback__document__in=newest.values("pk"), feedback__provisional=False)
        .order_by("feedback__document", "position")
        .values_list("kind", "criterion", "message", "quote", "feedback__document", *_OWNER)[:MOST_COMMENTS]
    )
    found: dict[tuple[str, str], list[Example]] = {}
    for kind, criterion, message, quote, document, name, email in rows:
        found.setdefault((kind, criterion), []).append(Example(document, name or email, quote, message))
    return [_with(issue, found.get((issue.kind, issue.criterion), [])) for issue in issues]


def _with(issue: Issue, comments: Sequence[Example]) -> Issue:
    first = {each.document_id: each for each in reversed(comments)}
    examples = sorted(first.values(), key=lambda each: each.document_id)[:EXAMPLES]
    return replace(issue, examples=examples, writers=sorted({each.writer for each in comments}))


def _answers(newest: QuerySet[Document]) -> Answers | None:
    """Of what students can read. Not of so few that each could be recognised."""
    shown = newest.filter(SHOWN).values("pk")
    verdict = Reaction.Verdict
    figures = Comment.objects.filter(feedback__document__in=shown).aggregate(
        people=Count("reactions__person", distinct=True),
        comments=Count("pk", distinct=True),
        useful=Count("reactions", filter=Q(reactions__verdict=verdict.ACCEPTED)),
        dealt_with=Count("reactions", filter=Q(reactions__verdict=verdict.ADDRESSED)),
        dismissed=Count("reactions", filter=Q(reactions__verdict=verdict.DISMISSED)),
        wrong=Count("reactions", filter=Q(reactions__verdict=verdict.WRONG)),
    )
    return Answers(**figures) if figures.pop("people") >= FEWEST else None


def _distributions(assignment: Assignment, newest: QuerySet[Document]) -> list[Distribution]:
    """On the scales as the rubric has them now; levels that it knows no more come last, and after these the
    texts for which none was suggested."""
    reached: dict[str, dict[str, list[str]]] = {}
    everybody: list[tuple[str, set[str]]] = []
    summaries = Feedback.objects.filter(document__in=newest.values("pk"), section=None)
    owner = ("document__owner__name", "document__owner__email")
    for levels, name, email in summaries.values_list("levels", *owner).order_by(*owner):
        named = {level["criterion"].casefold(): level["level"] for level in levels if level["level"]}
        everybody.append((name or email, set(named)))
        for criterion, level in named.items():
            reached.setdefault(criterion, {}).setdefault(level, []).append(name or email)
    found = []
    for criterion in assignment.criteria.all():
        key = criterion.name.casefold()
        if key not in reached:
            continue
        writers = dict(_on_scale(criterion.levels, reached[key]))
        without = [writer for writer, named in everybody if key not in named]
        if without:
            writers[""] = without
        levels = [(level, len(names)) for level, names in writers.items()]
        found.append(Distribution(criterion.name, levels, len(everybody), writers))
    return found


def _on_scale(scale: Sequence[str], reached: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
    known = {name.casefold() for name in scale}
    for name in scale:
        same = (names for other, names in reached.items() if other.casefold() == name.casefold())
        yield name, [each for names in same for each in names]
    for name, names in reached.items():
        if name.casefold() not in known:
            yield name, list(names)


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
    def is_read(self) -> bool:
        """Its teacher is done with it, and has not released it."""
        reading = getattr(self.document, "reading", None)
        return self.awaits_release and reading is not None and reading.read_at is not None

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
    whole = Document.objects.filter(pk__in=ids).defer("text", "headings", "emphasis")
    texts = whole.select_related("release", "reading").in_bulk()
    return [Student(member, texts.get(getattr(member, "latest", None))) for member in members]


def awaiting_release(assignment: Assignment) -> QuerySet[Document]:
    return (
        Document.objects.filter(AWAITS_RELEASE, assignment=assignment)
        .defer("text", "headings", "emphasis")
        .order_by("pk")
    )
