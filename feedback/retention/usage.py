"""What was used on each day: of calls that are still here, and of those that are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.db.models.functions import TruncDate

from feedback import flows
from feedback.models import Job, UsageDay, User
from feedback.routes import CALLS

if TYPE_CHECKING:
    from django.db.models import QuerySet

SUMS = ("n", "failed", "read", "written", "spent")  # as both queries name them


@dataclass(frozen=True, slots=True)
class UsedInDay:
    """By everybody, or by one person, of one upstream, on a day of UTC."""

    day: date
    upstream: str
    calls: int
    failures: int
    input_tokens: int
    output_tokens: int
    cost: Decimal


def usage_by_day(*, since: date, user: User | None = None) -> list[UsedInDay]:
    """In one query, the newest day first. `user`: of that person alone.

    One, because a purge that ends between two would be read twice or not at all.
    """
    found: dict[tuple[date, str], list[int | Decimal]] = {}
    for row in _here(since, user).union(_gone(since, user), all=True):
        sums = found.setdefault((row["day"], row["upstream"]), [0] * len(SUMS))
        for place, name in enumerate(SUMS):
            sums[place] += row[name] or 0
    ordered = sorted(found.items(), key=lambda each: (-each[0][0].toordinal(), each[0][1]))
    return [_line(day, upstream, *sums) for (day, upstream), sums in ordered]


def _line(day: date, upstream: str, *sums: int | Decimal) -> UsedInDay:
    calls, failures, read, written, cost = sums
    return UsedInDay(day, upstream, int(calls), int(failures), int(read), int(written), Decimal(cost))


def _here(since: date, user: User | None) -> QuerySet[Any, Any]:
    begin = datetime.combine(since, time(), UTC)
    ended = Job.objects.filter(kind__in=CALLS, attempt__gt=0, finished_at__gte=begin).order_by()
    if user is not None:
        ended = ended.filter(document__owner=user)
    return (
        ended.annotate(day=TruncDate("finished_at", tzinfo=UTC))
        .values("day", "upstream")
        .annotate(
            n=Sum("attempt"), failed=Sum("failures"), read=Sum("input_tokens"),
            written=Sum("output_tokens"), spent=Sum("cost"),
        )
    )  # fmt: skip


def _gone(since: date, user: User | None) -> QuerySet[Any, Any]:
    kept = UsageDay.objects.filter(day__gte=since).order_by()
    if user is not None:
        kept = kept.filter(flow=flows.flow_of(user))
    return (
        kept.values("day", "upstream")
        .annotate(
            n=Sum("calls"), failed=Sum("failures"), read=Sum("input_tokens"),
            written=Sum("output_tokens"), spent=Sum("cost"),
        )
    )  # fmt: skip
