"""Calls that were not made, because the same work was done already or under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from feedback.models import Course, Job


@dataclass(frozen=True, slots=True)
class Saved:
    """Of one day and one group of work."""

    day: date
    group: str  # the limiter's key
    course: str  # its name; empty: outside any course
    calls: int
    tokens: int


def saved_by_day(since: date) -> list[Saved]:
    """Calls and tokens saved by riding and by reuse, the newest day first."""
    began = timezone.make_aware(datetime.combine(since, time.min))
    shared = Job.objects.filter(finished_at__gte=began).exclude(shared="")
    days = shared.annotate(day=TruncDate("finished_at")).order_by("-day", "group").values("day", "group")
    rows = list(days.annotate(calls=Count("pk"), tokens=Sum("saved_tokens")))
    names = _names({row["group"] for row in rows})
    return [
        Saved(row["day"], row["group"], names.get(row["group"], ""), row["calls"], row["tokens"] or 0)
        for row in rows
    ]


def _names(groups: set[str]) -> dict[str, str]:
    ids = [group.removeprefix("course:") for group in groups if group.startswith("course:")]
    return {f"course:{course.pk}": course.name for course in Course.objects.filter(pk__in=ids)}
