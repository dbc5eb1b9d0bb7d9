"""Learning how long answers are, so that no more quota is held for them than they need.

A provider holds the whole of max_tokens from the start of a call. The value for a class of answers is the
length that 99 of 100 kept within, with a margin: the hundredth is cut off, noticed, and asked for again
with twice as much (pipeline/call.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from feedback.models import Job, OutputBudget
from feedback.selectors.upstreams import tuning as selectors

WINDOW = timedelta(days=14)
ENOUGH = 100  # answers: a 99th percentile of fewer means nothing
QUANTILE = 0.99
MARGIN = 1.15
STEP = 64  # tokens: values are multiples of it
FLOOR = 256
WORTH = 0.1  # share by which a value has to differ before it makes a new version

_LENGTHS = """
SELECT model, output_class, count(*),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY output_tokens),
       percentile_disc(%(quantile)s) WITHIN GROUP (ORDER BY output_tokens)
FROM feedback_job
WHERE state = 'done' AND outcome = 'success' AND output_class <> '' AND shared = ''
  AND output_tokens > 0 AND finished_at >= %(since)s
GROUP BY model, output_class
HAVING count(*) >= %(enough)s
"""


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of the answers of one class."""

    model: str
    output_class: str
    samples: int
    median: int
    high: int

    @property
    def wanted(self) -> int:
        return max(FLOOR, math.ceil(self.high * MARGIN / STEP) * STEP)


def learn() -> list[OutputBudget]:
    """Look at the answers of the last two weeks; returns the new versions, most often none."""
    in_force = {(each.model, each.output_class): each for each in selectors.budgets_in_force()}
    new = []
    for lengths in _lengths():
        budget = _version(lengths, in_force.get((lengths.model, lengths.output_class)))
        if budget is not None:
            new.append(budget)
    if new:
        selectors.forget()
    return new


def _lengths() -> list[Lengths]:
    where: dict[str, float | datetime] = {
        "quantile": QUANTILE,
        "since": timezone.now() - WINDOW,
        "enough": ENOUGH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LENGTHS, where)
        return [Lengths(*row) for row in cursor.fetchall()]


def _version(lengths: Lengths, before: OutputBudget | None) -> OutputBudget | None:
    """None: what is in force is near enough, or another process was first."""
    cold = before.cold if before else _asked_first(lengths)
    now = before.max_tokens if before else cold
    if abs(lengths.wanted - now) <= WORTH * now:
        return None
    try:
        with transaction.atomic():
            return OutputBudget.objects.create(
                model=lengths.model,
                output_class=lengths.output_class,
                version=before.version + 1 if before else 1,
                max_tokens=lengths.wanted,
                cold=cold,
                samples=lengths.samples,
                median=lengths.median,
                high=lengths.high,
            )
    except IntegrityError:
        return None


def _asked_first(lengths: Lengths) -> int:
    """The value before anything was learnt: what most of these calls asked for."""
    calls = Job.objects.filter(
        model=lengths.model, output_class=lengths.output_class, state=Job.State.DONE, outcome="success"
    )
    asked = calls.order_by("-finished_at").values_list("max_tokens", flat=True)[:ENOUGH]
    return sorted(asked)[len(asked) // 2]
