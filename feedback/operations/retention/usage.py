"""The usage of each day: of calls that are still here, and of those that are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F, Sum
from django.db.models.functions import TruncDate

from feedback.dispatch import flows
from feedback.dispatch.routes import CALLS
from feedback.models import Job, UsageDay, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

# As both queries name them.
SUMS = ("n", "failed", "read", "written", "from_cache", "to_cache", "spent")


@dataclass(frozen=True, slots=True)
class UsedInDay:
    """The usage of all or of one person, of one upstream's tier, on a day of UTC."""

    day: date
    upstream: str
    tier: str  # that served the calls; empty: the provider named none
    calls: int
    failures: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost: Decimal


def usage_by_day(*, since: date, user: User | None = None) -> list[UsedInDay]:
    """In one query, the newest day first. `user`: of that person alone.

    One, because a purge that ends between two would be read twice or not at all.
    """
    found: dict[tuple[date, str, str], list[int | Decimal]] = {}
    for row in _here(since, user).union(_gone(since, user), all=True):
        sums = found.setdefault((row["day"], row["upstream"], row["of_tier"]), [0] * len(SUMS))
        for place, name in enumerate(SUMS):
            sums[place] += row[name] or 0
    ordered = sorted(found.items(), key=lambda each: (-each[0][0].toordinal(), *each[0][1:]))
    return [_line(*of, *sums) for of, sums in ordered]


def _line(day: date, upstream: str, tier: str, *sums: int | Decimal) -> UsedInDay:
    calls, failures, read, written, from_cache, to_cache = map(int, sums[:-1])
    return UsedInDay(
        day, upstream, tier, calls, failures, read, written, from_cache, to_cache, Decimal(sums[-1])
    )


def _here(since: date, user: User | None) -> QuerySet[Any, Any]:
    begin = datetime.combine(since, time(), UTC)
    ended = Job.objects.filter(kind__in=CALLS, attempt__gt=0, finished_at__gte=begin).order_by()
    if user is not None:
        ended = ended.filter(document__owner=user)
    return (
        ended.annotate(day=TruncDate("finished_at", tzinfo=UTC), of_tier=F("served_tier"))
        .values("day", "upstream", "of_tier")
        .annotate(
            n=Sum("attempt"), failed=Sum("failures"), read=Sum("input_tokens"),
            written=Sum("output_tokens"), from_cache=Sum("cache_read_tokens"),
            to_cache=Sum("cache_write_tokens"), spent=Sum("cost"),
        )
    )  # fmt: skip


def _gone(since: date, user: User | None) -> QuerySet[Any, Any]:
    kept = UsageDay.objects.filter(day__gte=since).order_by()
    if user is not None:
        kept = kept.filter(flow=flows.flow_of(user))
    return (
        kept.annotate(of_tier=F("tier"))
        .values("day", "upstream", "of_tier")
        .annotate(
            n=Sum("calls"), failed=Sum("failures"), read=Sum("input_tokens"),
            written=Sum("output_tokens"), from_cache=Sum("cache_read_tokens"),
            to_cache=Sum("cache_write_tokens"), spent=Sum("cost"),
        )
    )  # fmt: skip
