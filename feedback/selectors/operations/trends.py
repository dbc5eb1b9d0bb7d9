"""Trends over the last hour, day or week, from the rows of jobs and their events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Count, DateTimeField, F, Func, Q, QuerySet, Sum, Value
from django.utils import timezone

from feedback.models import Charge, Job, JobEvent
from feedback.models.work.jobs import charged_tokens
from feedback.selectors.operations.percentiles import Percentile
from limiter.gate.model import Outcome
from limiter.models import Upstream

Rows = Iterable[dict[str, Any]]
ORIGIN = datetime(2000, 1, 3, tzinfo=UTC)  # a Monday: buckets begin at round hours


class Span(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def length(self) -> timedelta:
        return {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}[self]

    @property
    def bucket(self) -> timedelta:
        minutes = {"hour": 2, "day": 30, "week": 180}[self]
        return timedelta(minutes=minutes)


@dataclass(slots=True)
class Point:
    """The calls that ended in one stretch of time."""

    at: datetime  # its beginning
    done: int = 0
    failed: int = 0
    throttled: int = 0
    tokens: int = 0
    p50: timedelta | None = None  # from joining the queue to the call's start; None: nothing ended
    p95: timedelta | None = None
    spent: Decimal = Decimal(0)


def trend(span: Span) -> list[Point]:
    """The oldest stretch first, those in which nothing happened too. In four queries."""
    until = timezone.now()
    first = _start_of(until - span.length, span)
    count = int((until - first) / span.bucket) + 1
    points = {at: Point(at) for at in (first + number * span.bucket for number in range(count))}
    upstreams = list(Upstream.objects.values_list("name", flat=True))
    for rows in (_ended(first, span, upstreams), _throttled(first, span), _spent(first, span)):
        for row in rows:
            point = points.get(row.pop("bucket"))
            for name, value in row.items():
                if point is not None:
                    setattr(point, name, value)
    return list(points.values())


def _ended(since: datetime, span: Span, upstreams: list[str]) -> Rows:
    wait = F("started_at") - F("waiting_since")
    calls = Job.objects.filter(upstream__in=upstreams, finished_at__gte=since, shared="")
    rows: Rows = _bucketed(calls, "finished_at", span).annotate(
        done=Count("pk", Q(state=Job.State.DONE)),
        failed=Count("pk", Q(state=Job.State.FAILED)),
        tokens=Sum(charged_tokens(), default=0),
        p50=Percentile(wait, 0.5, among=Q(started_at__isnull=False)),
        p95=Percentile(wait, 0.95, among=Q(started_at__isnull=False)),
    )
    return rows


def _throttled(since: datetime, span: Span) -> Rows:
    again = JobEvent.objects.filter(
        kind=JobEvent.Kind.AGAIN, at__gte=since, detail__outcome=Outcome.THROTTLED.value
    )
    rows: Rows = _bucketed(again, "at", span).annotate(throttled=Count("pk"))
    return rows


def _spent(since: datetime, span: Span) -> Rows:
    charges = Charge.objects.filter(at__gte=since)
    rows: Rows = _bucketed(charges, "at", span).annotate(spent=Sum("amount"))
    return rows


def _bucketed(rows: QuerySet[Any], moment: str, span: Span) -> Any:
    bucket = Func(
        Value(span.bucket), F(moment), Value(ORIGIN), function="date_bin", output_field=DateTimeField()
    )
    return rows.order_by().annotate(bucket=bucket).values("bucket")


def _start_of(moment: datetime, span: Span) -> datetime:
    return ORIGIN + ((moment - ORIGIN) // span.bucket) * span.bucket
