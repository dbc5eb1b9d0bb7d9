"""Calls sent to a provider, from the events of its jobs, and the drift last found beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from feedback.models import Drift, Erasure, JobEvent
from limiter.gate.model import Outcome

FRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """Calls of a span of time, as one side counted them."""

    calls: int = 0  # that were answered
    input: int = 0  # tokens
    output: int = 0
    throttles: int = 0


def sent(upstream: str, since: datetime, until: datetime) -> Sent:
    """What our own calls that ended within the span have used.

    What was deleted meanwhile counts as ours, whichever upstream it went to: a warning needs to be right.
    """
    ended = JobEvent.objects.filter(
        at__gte=since, at__lt=until, job__upstream=upstream, kind__in=JobEvent.ENDS
    ).order_by()
    ours = ended.aggregate(
        calls=Count("pk", filter=Q(detail__has_key="output")),
        input=Sum(Cast(KT("detail__input"), IntegerField()), default=0),
        output=Sum(Cast(KT("detail__output"), IntegerField()), default=0),
        throttles=Count("pk", filter=Q(detail__outcome=Outcome.THROTTLED.value)),
    )
    gone = Erasure.objects.filter(at__gte=since, handed_in_at__lt=until).order_by()
    erased = gone.aggregate(calls=Sum("calls", default=0), tokens=Sum("tokens", default=0))
    ours["calls"] += erased["calls"]
    ours["input"] += erased["tokens"]
    return Sent(**ours)


def counted() -> QuerySet[Drift]:
    """The counts that still say something of now."""
    return Drift.objects.filter(until__gte=timezone.now() - FRESH)
