"""One comment for all texts of an assignment that have the same issue: each at its own words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from feedback.models import Comment, Document, User
from feedback.selectors.teaching.teaching import AWAITS_RELEASE

from .comments import next_position
from .keeping import Change, Part, hold, keep


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another text that waits for its release, with its first comment of the same kind and criterion."""

    document: Document
    match: Comment


def candidates(comment: Comment) -> list[Candidate]:
    """In two queries. A text that has the same words already is none."""
    document = comment.feedback.document
    waiting = Document.objects.filter(
        AWAITS_RELEASE, assignment=document.assignment_id, next__isnull=True
    ).exclude(pk=document.pk)
    has_it = Comment.objects.filter(feedback__document__in=waiting.values("pk"), message=comment.message)
    same = (
        Comment.objects.filter(
            feedback__document__in=waiting.exclude(pk__in=has_it.values("feedback__document")).values("pk"),
            kind=comment.kind,
            criterion=comment.criterion,
        )
        .select_related("feedback__document__owner")
        .defer("feedback__document__text", "feedback__document__headings", "feedback__document__emphasis")
        .order_by("feedback__document__owner__name", "feedback__document", "position")
    )
    first: dict[UUID, Comment] = {}
    for each in same:
        first.setdefault(each.feedback.document_id, each)
    return [Candidate(each.feedback.document, each) for each in first.values()]


@transaction.atomic
def give(comment: Comment, *, to: Collection[UUID], by: User) -> int:
    """To those of the candidates; how many got it."""
    chosen = [each for each in candidates(comment) if each.document.pk in to]
    for each in sorted(chosen, key=lambda one: one.document.pk):  # always in one order: no two wait in a ring
        hold(each.document.pk)
        feedback = each.match.feedback
        given = Comment.objects.create(
            feedback=feedback, position=next_position(feedback), kind=comment.kind, quote=each.match.quote,
            start=each.match.start, end=each.match.end, message=comment.message,
            suggestion=comment.suggestion, criterion=comment.criterion,
        )  # fmt: skip
        keep(feedback, Change(Part.ADDED, "", given.message), by, comment=given)
    return len(chosen)
