"""The use of a person, and its limits: from plans and overrides, and from the rows of their jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Q, Sum
from django.utils import timezone

from feedback.dispatch import flows
from feedback.dispatch.routes import CALLS
from feedback.models import Erasure, Job, User
from feedback.models.work.jobs import charged_tokens
from limiter import selectors as limiter
from limiter.configuration.policies import FlowLimits

IN_VAIN = Q(state__in=[Job.State.FAILED, Job.State.CANCELLED])


@dataclass(frozen=True, slots=True)
class Used:
    """Calls that began in a span of time, and the tokens that they took."""

    calls: int
    tokens: int
    in_vain: int = (
        0  # of these tokens: of work that failed or was cancelled; of deleted texts it is not known
    )


@dataclass(frozen=True, slots=True)
class Usage:
    limits: FlowLimits
    today: Used
    month: Used
    in_line: int
    in_flight: int
    day_ends: datetime
    month_ends: datetime


def usage_of(user: User) -> Usage:
    """In five queries. Days and months are those of UTC, as the limits count them."""
    now = timezone.now().astimezone(UTC)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    month = day.replace(day=1)
    calls = Job.objects.filter(document__owner=user, kind__in=CALLS).order_by()
    open_now = calls.aggregate(
        in_line=Count("pk", filter=Q(state__in=[Job.State.HELD, Job.State.WAITING])),
        in_flight=Count("pk", filter=Q(state=Job.State.RUNNING)),
    )
    today, this_month = _used(user, day, month)
    return Usage(
        limits=limiter.flow_limits(flows.flow_of(user)),
        today=today,
        month=this_month,
        day_ends=day + timedelta(days=1),
        month_ends=(month + timedelta(days=32)).replace(day=1),
        **open_now,
    )


def quota_renews_at(user: User, *, tokens: int) -> datetime | None:
    """When the day's own quota lets a call begin that holds so many tokens. None: it does now.

    What running calls hold is not counted here; the gate does, and may let a call begin later.
    """
    daily = limiter.flow_limits(flows.flow_of(user)).tokens_per_day
    if daily is None:
        return None
    now = timezone.now().astimezone(UTC)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today, _ = _used(user, day, day.replace(day=1))
    return day + timedelta(days=1) if today.tokens + min(tokens, daily) > daily else None


def _used(user: User, day: datetime, month: datetime) -> tuple[Used, Used]:
    """Of this day and this month. Deleting a document gives nothing back: what it used is remembered."""
    mine = Job.objects.filter(document__owner=user, kind__in=CALLS, started_at__gte=month).order_by()
    gone = Erasure.objects.filter(by=user, handed_in_at__gte=month).order_by()
    tokens = charged_tokens()
    here = mine.aggregate(
        today=Count("pk", filter=Q(started_at__gte=day)),
        month=Count("pk"),
        tokens_today=Sum(tokens, filter=Q(started_at__gte=day), default=0),
        tokens_month=Sum(tokens, default=0),
        vain_today=Sum(tokens, filter=Q(started_at__gte=day) & IN_VAIN, default=0),
        vain_month=Sum(tokens, filter=IN_VAIN, default=0),
    )
    erased = gone.aggregate(
        today=Sum("calls", filter=Q(handed_in_at__gte=day), default=0),
        month=Sum("calls", default=0),
        tokens_today=Sum("tokens", filter=Q(handed_in_at__gte=day), default=0),
        tokens_month=Sum("tokens", default=0),
    )
    both = {name: here[name] + erased[name] for name in erased}
    return (
        Used(both["today"], both["tokens_today"], here["vain_today"]),
        Used(both["month"], both["tokens_month"], here["vain_month"]),
    )
