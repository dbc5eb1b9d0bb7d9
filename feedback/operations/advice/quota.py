"""A request to AWS for more quota, from what was measured.

At the rate that took in what the busiest ten minutes handed in, none of it would have waited for longer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from feedback.models import Endpoint, Job
from feedback.selectors.upstreams.endpoints import Target, called_upstreams, target_of
from feedback.selectors.work.jobs import first_id_at

from .crowd import busiest
from .figures import measured
from .model import UpstreamFigures

PATIENCE = timedelta(minutes=10)  # that a wait may take
HEADROOM = 1.2


@dataclass(frozen=True, slots=True)
class QuotaRequest:
    """What to ask for one upstream, with the figures behind it."""

    target: Target
    days: float
    people: int
    measured: UpstreamFigures
    handed_in: int  # calls, in the busiest ten minutes
    tokens_a_call: float  # that Bedrock holds: input and the longest answer
    requests_a_minute: int
    tokens_a_minute: int

    @property
    def is_needed(self) -> bool:
        return self.measured.rate is not None and self.requests_a_minute > self.measured.rate


def quota_requests(days: float) -> Iterator[QuotaRequest]:
    """Of each upstream at Bedrock with calls in these days. Raises redis.RedisError."""
    figures = measured(days)
    since = timezone.now() - timedelta(days=days)
    by_name = {each.name: each for each in figures.upstreams}
    for name in called_upstreams():
        if name not in by_name or target_of(name).provider != Endpoint.Provider.BEDROCK:
            continue
        calls = list(_calls(name, since))
        if calls:
            yield _request(target_of(name), calls, days=days, people=figures.people, found=by_name[name])


def _calls(upstream: str, since: datetime) -> Iterator[tuple[datetime, int]]:
    """When each was handed in, and what the provider holds for it."""
    jobs = Job.objects.filter(pk__gte=first_id_at(since), upstream=upstream, shared="")
    yield from jobs.exclude(state=Job.State.RIDING).order_by("created_at").values_list("created_at", "tokens")


def _request(
    target: Target, calls: Sequence[tuple[datetime, int]], *, days: float, people: int, found: UpstreamFigures
) -> QuotaRequest:
    handed_in = busiest([moment for moment, _ in calls], PATIENCE)
    tokens = sum(held for _, held in calls) / len(calls)
    rate = math.ceil(HEADROOM * handed_in / (PATIENCE / timedelta(minutes=1)))
    return QuotaRequest(
        target=target, days=days, people=people, measured=found, handed_in=handed_in, tokens_a_call=tokens,
        requests_a_minute=rate, tokens_a_minute=math.ceil(rate * tokens),
    )  # fmt: skip
