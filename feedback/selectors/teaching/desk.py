"""The place of a text among those of its assignment, for a teacher's reading one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from feedback.models import Document
from feedback.selectors.teaching.overview import students_of


@dataclass(frozen=True, slots=True)
class Round:
    """The texts of a class in the order of its list, and one among them."""

    place: int  # from 1; 0: an earlier draft, or of a writer that left
    texts: int
    read: int
    before: UUID | None
    after: UUID | None
    waiting: UUID | None  # the next one that is not released, from here on and then from the first


def round_of(document: Document) -> Round:
    """In two queries, whatever the size of the class."""
    if document.assignment is None:
        return Round(0, 0, 0, None, None, None)
    students = students_of(document.assignment)
    order: list[UUID] = [latest for each in students if (latest := getattr(each, "latest", None))]
    texts = Document.objects.filter(pk__in=order)
    rows = texts.values_list("pk", "reading__read_at", "release__stands", "reviewed", "finished_at")
    read, waits = set(), set()
    for pk, read_at, stands, reviewed, finished_at in rows:
        if read_at or stands:
            read.add(pk)
        if reviewed and finished_at and not stands:
            waits.add(pk)
    at = order.index(document.pk) if document.pk in order else -1
    following = [*order[at + 1 :], *order[: max(at, 0)]]
    return Round(
        place=at + 1,
        texts=len(order),
        read=len(read),
        before=order[at - 1] if at > 0 else None,
        after=order[at + 1] if at + 1 < len(order) else None,
        waiting=next((pk for pk in following if pk in waits), None),
    )
