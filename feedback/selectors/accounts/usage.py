"""The use of a person, and its limits: from plans and overrides, and from the rows of their jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from feedback.dispatch import flows
from feedback.dispatch.routes import CALLS
from feedback.dispatch.upstreams import default_upstream
from feedback.models import Erasure, Job, User
from feedback.models.work.charging import charged, earlier_runs
from limiter import selectors as limiter
from limiter.configuration.policies import FlowLimits

IN_VAIN = Q(state__in=[Job.State.FAILED, Job.State.CANCELLED])


@dataclass(frozen=True, slots=True)
class Used:
    """Calls that began in a span of time, and the tokens that they took."""

    calls: int
    tokens: int
    in_vain: int = 0  # of these tokens: of runs that failed or were stopped; of deleted texts it is not known


@dataclass(frozen=True, slots=True)
class Usage:
    limits: FlowLimits
    today: Used
    month: Used
    by_upstream: Mapping[str, int]  # tokens of today: each upstream counts a day of its own
    in_line: int
    in_flight: int
    day_ends: datetime
    month_ends: datetime


def usage_of(user: User) -> Usage:
    """In five queries. Days and months are those of UTC, as the limits count them."""
    day = _midnight()
    month = day.replace(day=1)
    found, by_upstream = _used(user, day, month)
    return Usage(
        limits=limiter.flow_limits(flows.flow_of(user)),
        today=Used(found["calls_today"], found["today"], found["vain_today"]),
        month=Used(found["calls_month"], found["month"], found["vain_month"]),
        by_upstream=by_upstream,
        in_line=found["in_line"],
        in_flight=found["in_flight"],
        day_ends=day + timedelta(days=1),
        month_ends=(month + timedelta(days=32)).replace(day=1),
    )


def quota_renews_at(user: User, *, upstream: str, tokens: int, limits: FlowLimits) -> datetime | None:
    """When the day's own quota lets a call of this upstream begin that holds so many. None: it does now."""
    daily = limits.tokens_per_day
    if daily is None:
        return None
    day = _midnight()
    used = _of_the_day(user, day, upstream)
    return day + timedelta(days=1) if used + min(tokens, daily) > daily else None


def _of_the_day(user: User, day: datetime, upstream: str) -> int:
    """The tokens of a day at one upstream, as `_used` counts them, in one query."""
    calls = Job.objects.filter(
        document__owner=user, kind__in=CALLS, upstream=upstream, started_at__gte=day
    ).order_by()
    runs = earlier_runs(day).filter(job__document__owner=user, job__upstream=upstream)
    parts = [
        calls.values("upstream").annotate(used=Sum(charged(), default=0)).values_list("used"),
        runs.values("job__upstream").annotate(used=Sum("charged", default=0)).values_list("used"),
    ]
    if upstream == default_upstream():
        gone = Erasure.objects.filter(by=user, handed_in_at__gte=day).order_by()
        parts.append(gone.values("by").annotate(used=Sum("tokens", default=0)).values_list("used"))
    return sum(used for (used,) in parts[0].union(*parts[1:], all=True))


def _midnight() -> datetime:
    return timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _used(user: User, day: datetime, month: datetime) -> tuple[Mapping[str, int], dict[str, int]]:
    """Figures of this day, this month and this moment, and the tokens of this day by upstream.

    Deleting a document gives nothing back: what it used is remembered, and counted where texts go by default.
    """
    tokens, began = charged(), Q(started_at__gte=month)
    rows = (
        Job.objects.filter(began | Q(state__in=Job.LEADING), document__owner=user, kind__in=CALLS)
        .order_by()
        .values("upstream")
        .annotate(
            calls_today=Count("pk", filter=Q(started_at__gte=day)),
            calls_month=Count("pk", filter=began),
            today=Sum(tokens, filter=Q(started_at__gte=day), default=0),
            month=Sum(tokens, filter=began, default=0),
            vain_today=Sum(tokens, filter=Q(started_at__gte=day) & IN_VAIN, default=0),
            vain_month=Sum(tokens, filter=began & IN_VAIN, default=0),
            in_line=Count("pk", filter=Q(state__in=[Job.State.HELD, Job.State.WAITING])),
            in_flight=Count("pk", filter=Q(state=Job.State.RUNNING)),
        )
    )
    of_today = Sum("charged", filter=Q(at__gte=day), default=0)
    of_the_month = Sum("charged", default=0)
    followed = (
        earlier_runs(month)
        .filter(job__document__owner=user)
        .values(upstream=F("job__upstream"))
        .annotate(today=of_today, month=of_the_month, vain_today=of_today, vain_month=of_the_month)
    )
    found, by_upstream = Counter[str](), Counter[str]()
    for row in chain[Any](rows, followed):
        by_upstream[row.pop("upstream")] += row["today"]
        found.update(row)
    erased = Erasure.objects.filter(by=user, handed_in_at__gte=month).aggregate(
        calls_today=Sum("calls", filter=Q(handed_in_at__gte=day), default=0),
        calls_month=Sum("calls", default=0),
        today=Sum("tokens", filter=Q(handed_in_at__gte=day), default=0),
        month=Sum("tokens", default=0),
    )
    found.update(erased)
    by_upstream[default_upstream()] += erased["today"]
    return found, {name: number for name, number in by_upstream.items() if number}
