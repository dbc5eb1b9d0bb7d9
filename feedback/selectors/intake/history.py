"""The list of one's documents, searched and filtered, by key: the last page costs as the first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, Q, QuerySet

from feedback.models import Assignment, Document, Job, User
from feedback.models.work.documents import Searchable
from feedback.selectors.intake.visibility import SHOWN

PER_PAGE = 20
WORDS = 10  # of a search that are looked at
_WORD = re.compile(r"\w+")


class Show(StrEnum):
    ALL = ""
    OPEN = "open"  # in work
    READY = "ready"  # feedback can be read
    TEACHER = "teacher"  # under review
    ENDED = "ended"  # failed or cancelled


_STATES = {
    Show.OPEN: Q(finished_at=None),
    Show.READY: Q(state=Document.State.COMPLETE) & SHOWN,
    Show.TEACHER: Q(state=Document.State.COMPLETE) & ~SHOWN,
    Show.ENDED: Q(state__in=[Document.State.FAILED, Document.State.CANCELLED]),
}


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """The part of the list that is asked for."""

    search: str = ""
    show: Show = Show.ALL
    assignment: UUID | None = None
    since: date | None = None
    until: date | None = None  # that day included
    before: UUID | None = None  # older than this one
    after: UUID | None = None  # newer than this one
    count: int = PER_PAGE  # on a page

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.show or self.assignment or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list."""

    documents: Sequence[Document]
    sections: Mapping[UUID, Mapping[str, int]]  # how many, by job state
    newer: UUID | None  # newer ones come before this
    older: UUID | None  # older ones come after this


def listed(user: User, wanted: HistoryFilter) -> Listed:
    """In two queries."""
    found = (
        _matching(user, wanted).select_related("assignment", "release").defer("text", "headings", "emphasis")
    )
    if wanted.after:
        rows = list(found.filter(pk__gt=wanted.after).order_by("pk")[: wanted.count + 1])
        more, rows = len(rows) > wanted.count, rows[: wanted.count][::-1]
        newer = rows[0].pk if more and rows else None
        older = rows[-1].pk if rows else None
    else:
        older_than = found.filter(pk__lt=wanted.before) if wanted.before else found
        rows = list(older_than.order_by("-pk")[: wanted.count + 1])
        more, rows = len(rows) > wanted.count, rows[: wanted.count]
        newer = rows[0].pk if wanted.before and rows else None
        older = rows[-1].pk if more else None
    return Listed(rows, _sections(rows), newer, older)


def assignments_of_writer(user: User) -> QuerySet[Assignment]:
    """Those that they have handed something in for."""
    used = Document.objects.filter(owner=user, assignment__isnull=False).order_by().values("assignment")
    return Assignment.objects.filter(pk__in=used).order_by("title")


def _matching(user: User, wanted: HistoryFilter) -> QuerySet[Document]:
    found = Document.objects.filter(owner=user)
    if words := _WORD.findall(wanted.search.replace("_", " "))[:WORDS]:
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
        found = found.alias(words=Searchable("title", "text")).filter(words=query)
    if wanted.show:
        found = found.filter(_STATES[wanted.show])
    if wanted.assignment:
        found = found.filter(assignment=wanted.assignment)
    if wanted.since:
        found = found.filter(created_at__date__gte=wanted.since)
    if wanted.until:
        found = found.filter(created_at__date__lte=wanted.until)
    return found


def _sections(documents: Sequence[Document]) -> dict[UUID, dict[str, int]]:
    counts: dict[UUID, dict[str, int]] = {each.pk: {} for each in documents}
    analyses = Job.objects.filter(document__in=counts, kind=Job.Kind.ANALYSE).order_by()
    for document, state, number in analyses.values_list("document", "state").annotate(n=Count("pk")):
        counts[document][state] = number
    return counts
