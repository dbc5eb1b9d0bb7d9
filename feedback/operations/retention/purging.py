"""Deleting what is over, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from feedback.models import Document

from .rollup import roll_up
from .rules import RULES, RetentionRule, rules_of_site

BATCH = 100  # rows that go together; a document takes its sections, jobs and feedback along


@dataclass(slots=True)
class Purged:
    """Rows that went, by rule; `is_whole`: nothing is left that a rule means."""

    rows: dict[str, int] = field(default_factory=dict)
    is_whole: bool = True


def waiting(*, only: Collection[str] = (), now: datetime | None = None) -> dict[str, int]:
    """How many rows a purge would delete, by rule."""
    return {name: rule.older_than(before).count() for name, rule, before in _due(only, now)}


def purge(
    *, only: Collection[str] = (), batch: int = BATCH, most: int | None = None, now: datetime | None = None
) -> Purged:
    """Delete what the rules mean, in at most so many batches a rule.

    Each batch is a transaction: a purge that is stopped has done whole batches, and the next one goes on.
    Several at once do no harm, for each takes rows that no other holds.
    """
    purged = Purged()
    for name, rule, before in _due(only, now):
        gone, batches = 0, 0
        while (most is None or batches < most) and (deleted := _delete_batch(rule, before, batch)):
            gone, batches = gone + deleted, batches + 1
        purged.rows[name] = gone
        purged.is_whole = purged.is_whole and batches != most
    return purged


def _due(only: Collection[str], now: datetime | None) -> Iterator[tuple[str, RetentionRule, datetime]]:
    now = now or timezone.now()
    for name, age in rules_of_site().items():
        if not only or name in only:
            yield name, RULES[name], now - age


@transaction.atomic
def _delete_batch(rule: RetentionRule, before: datetime, size: int) -> int:
    # The oldest first: by its key the planner would look for the first few through all that are younger.
    rows = rule.older_than(before).select_for_update(skip_locked=True).order_by(rule.age, "pk")
    keys = [row.pk for row in rows.only("pk")[:size]]
    if rows.model is Document:
        roll_up(keys)
    rows.model.objects.filter(pk__in=keys).delete()
    return len(keys)
