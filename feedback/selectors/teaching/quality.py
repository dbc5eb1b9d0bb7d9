"""The quality of comments, by what their readers made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from feedback.models import Comment, Reaction

DIMENSIONS = {"provider": "feedback__provider", "kind": "kind", "criterion": "criterion"}


@dataclass(frozen=True, slots=True)
class Quality:
    """Comments of one sort, and what became of them. Shares are of those that somebody reacted to."""

    of: Mapping[str, str]  # the dimensions asked for, with their values
    comments: int
    accepted: int
    addressed: int
    dismissed: int
    wrong: int

    @property
    def reactions(self) -> int:
        return self.accepted + self.addressed + self.dismissed + self.wrong

    def share(self, verdict: Reaction.Verdict) -> float | None:
        """0 to 1; None: no reactions yet."""
        return getattr(self, verdict.value) / self.reactions if self.reactions else None


def quality(*, by: Sequence[str] = ("provider",), since: datetime | None = None) -> list[Quality]:
    """Figures by provider, kind or criterion, or several of them; the commonest first.

    Comments that a new draft kept are counted where they were written.
    """
    written = Comment.objects.filter(feedback__since_revision__isnull=True)
    if since is not None:
        written = written.filter(feedback__created_at__gte=since)
    rows = (
        written.values(*(DIMENSIONS[name] for name in by))
        .annotate(
            number=Count("pk", distinct=True),
            **{
                verdict.value: Count("reactions", filter=Q(reactions__verdict=verdict.value))
                for verdict in Reaction.Verdict
            },
        )
        .order_by("-number", *(DIMENSIONS[name] for name in by))
    )
    return [_quality(row, by) for row in rows]


def _quality(row: Mapping[str, Any], by: Sequence[str]) -> Quality:
    return Quality(
        of={name: row[DIMENSIONS[name]] for name in by},
        comments=row["number"],
        accepted=row[Reaction.Verdict.ACCEPTED],
        addressed=row[Reaction.Verdict.ADDRESSED],
        dismissed=row[Reaction.Verdict.DISMISSED],
        wrong=row[Reaction.Verdict.WRONG],
    )
