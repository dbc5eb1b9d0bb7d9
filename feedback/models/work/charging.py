"""The charge of a call to its upstream's quota and to its person's, from rows: as the gate counts it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Ceil, Coalesce

from limiter.models import Upstream

from .jobs import Job, JobEvent

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable


def charged() -> Case:
    """Of the newest run of a job. While it runs, and where its call came without figures: what it holds."""
    counted = F("input_tokens") + F("cache_write_tokens") + _of_the_answer(F("output_tokens"), "upstream")
    return Case(
        When(Q(state=Job.State.RUNNING) | Q(measured=False), then=F("tokens")),
        default=counted,
        output_field=BigIntegerField(),
    )


def earlier_runs(since: datetime | None = None) -> QuerySet[JobEvent]:
    """The runs that another followed, since then, and what each was `charged`: their job's row forgot it."""
    followed = Q(kind__in=_FOLLOWED) | Q(kind=JobEvent.Kind.FAILED, attempt__lt=F("job__attempt"))
    runs = JobEvent.objects.filter(followed).order_by()
    counted = _number("input") + _number("cache_write") + _of_the_answer(_number("output"), "job__upstream")
    return (runs.filter(at__gte=since) if since else runs).annotate(
        charged=Case(
            When(Q(kind=JobEvent.Kind.RECLAIMED) | Q(detail__measured=False), then=F("job__tokens")),
            default=counted,
            output_field=BigIntegerField(),
        )
    )  # fmt: skip


_FOLLOWED = (JobEvent.Kind.AGAIN, JobEvent.Kind.RECLAIMED)


def _of_the_answer(tokens: Combinable, upstream: str) -> Combinable:
    """An answer counts so many times (burndown), by the row of its upstream as it is now."""
    times = Upstream.objects.filter(name=OuterRef(upstream)).values("burndown")
    return Cast(Ceil(tokens * Coalesce(Subquery(times), Value(1.0))), BigIntegerField())


def _number(name: str) -> Combinable:
    return Coalesce(Cast(KeyTextTransform(name, "detail"), BigIntegerField()), Value(0))
