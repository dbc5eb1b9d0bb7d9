"""The allowed length of an answer: learnt, where enough was seen, else the provider's own estimate."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from feedback.models import Job, JobEvent, OutputBudget
from feedback.providers.base import Estimate

FRESH_SECONDS = 60  # for which a process goes by what it read


def longest_answer(model: str, estimate: Estimate) -> int:
    """max_tokens for a call that is about to be put in the queue."""
    if not (settings.TUNE_MAX_TOKENS and estimate.output_class):
        return estimate.max_tokens
    learnt = _learnt(int(time.monotonic() // FRESH_SECONDS)).get((model, estimate.output_class))
    return estimate.max_tokens if learnt is None else min(learnt, estimate.ceiling or learnt)


@lru_cache(maxsize=1)
def _learnt(minute: int) -> Mapping[tuple[str, str], int]:
    return {(each.model, each.output_class): each.max_tokens for each in budgets_in_force()}


def forget() -> None:
    """Have this process look again at once."""
    _learnt.cache_clear()


def budgets_in_force() -> list[OutputBudget]:
    """The last version of each."""
    latest = OutputBudget.objects.filter(model=OuterRef("model"), output_class=OuterRef("output_class"))
    newest = latest.order_by("-version").values("version")[:1]
    return list(OutputBudget.objects.filter(version=Subquery(newest)).order_by("model", "output_class"))


@dataclass(frozen=True, slots=True)
class Freed:
    """The tokens that tuning has spared one class of answers since a moment."""

    budget: OutputBudget
    calls: int
    asked: int  # tokens of the longest answers that were asked for
    freed: int  # fewer than before anything was learnt; below 0: it asks for more
    truncated: int  # answers that were cut off and asked for again

    @property
    def share(self) -> float:
        """Of the quota that the longest answers would have held."""
        return self.freed / (self.asked + self.freed) if self.asked + self.freed > 0 else 0.0


def freed_since(since: datetime | None = None) -> list[Freed]:
    """By class, over the last day unless a moment is given."""
    return [_freed(budget, since or timezone.now() - timedelta(days=1)) for budget in budgets_in_force()]


def _freed(budget: OutputBudget, since: datetime) -> Freed:
    mine = Q(model=budget.model, output_class=budget.output_class)
    calls = Job.objects.filter(
        mine, state=Job.State.DONE, outcome="success", finished_at__gte=since, shared=""
    )
    sums = calls.aggregate(n=Count("pk"), asked=Sum("max_tokens"), freed=Sum(budget.cold - F("max_tokens")))
    cut = JobEvent.objects.filter(
        Q(detail__error__code="truncated") | Q(detail__error__startswith="Truncated"),  # a text: before codes
        at__gte=since, kind=JobEvent.Kind.AGAIN,
        job__model=budget.model, job__output_class=budget.output_class,
    )  # fmt: skip
    return Freed(budget, sums["n"], sums["asked"] or 0, sums["freed"] or 0, cut.count())
