"""The figures that advice goes by: from rows, the breakers' history, the gate and the workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from feedback.models import Document, Job, JobEvent
from feedback.selectors.work import workers
from feedback.selectors.work.jobs import first_id_at
from limiter.algorithms.limits.model import Algorithm
from limiter.gate.model import BreakerState, GateError, Outcome
from limiter.models import BreakerTransition, PoolMember, Upstream
from limiter.selectors import pace_of
from limiter.simulation.spread import spread

from .crowd import busiest, crowd, people_at_once
from .model import Figures, UpstreamFigures
from .profiles import Profile

TOO_LONG = 10  # jobs in the queue, from which on it counts as long


def measured(days: float) -> Figures:
    """The figures of now. Raises redis.RedisError where Redis can't give the workers."""
    now = timezone.now()
    since = now - timedelta(days=days)
    slots = _slots()
    found = [_upstream(row, since, now, slots.get(row.name, 0)) for row in Upstream.objects.all()]
    spans = [(owner, begun, end or now) for owner, begun, end in _documents(since)]
    return Figures(
        profile=Profile(settings.PROFILE),
        days=days,
        people_at_once=people_at_once(spans),
        people=len({owner for owner, _, _ in spans}),
        hosts=_hosts(),
        upstreams=tuple(each for each in found if each.runs or each.longest_line),
    )


def _documents(since: datetime) -> QuerySet[Document, tuple[Any, ...]]:
    made = Document.objects.filter(pk__gte=first_id_at(since)).order_by()
    return made.values_list("owner", "created_at", "finished_at")


def _hosts() -> tuple[str, ...]:
    return tuple(sorted({worker.host for worker in workers.everybody()}))


def _slots() -> dict[str, int]:
    """Calls that the live workers can hold, by upstream."""
    listening = workers.alive()
    each = settings.LIMITER_WORKER_SLOTS
    return {upstream: each * listening[queue] for queue, upstream in settings.LIMITER_QUEUES.items()}


# One upstream -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """A job's way: in line from `offered`, with the provider from `started`."""

    offered: datetime
    started: datetime | None
    ended: datetime


def _upstream(row: Upstream, since: datetime, now: datetime, slots: int) -> UpstreamFigures:
    ways = list(_ways(row.name, since, now))
    called = [(way.started, way.ended) for way in ways if way.started is not None]
    line = crowd(((way.offered, way.started or way.ended) for way in ways), bound=TOO_LONG)
    wait = spread((way.started - way.offered).total_seconds() for way in ways if way.started is not None)
    runs, throttled = _runs(row.name, since)
    return UpstreamFigures(
        name=row.name,
        runs=runs,
        throttled=throttled / runs if runs else 0.0,
        longest_line=line.most,
        longest_line_at=line.at,
        seconds_over_ten=line.seconds_over,
        wait_p50=wait.p50,
        wait_p95=wait.p95,
        call_seconds=spread((ended - started).total_seconds() for started, ended in called).p50,
        busiest_minute=busiest(sorted(started for started, _ in called)),
        rate=_rate(row),
        most_in_flight=crowd(called, bound=0).most,
        max_in_flight=row.max_in_flight,
        slots=slots,
        outages=_outages(row.name, since),
        is_adaptive=row.requests_algorithm == Algorithm.ADAPTIVE.value,
        has_stand_in=_has_stand_in(row.name),
    )


def _ways(upstream: str, since: datetime, now: datetime) -> Iterator[_Way]:
    """What got a result without a call of its own stood in no line."""
    jobs = Job.objects.filter(pk__gte=first_id_at(since), upstream=upstream, shared="").order_by()
    jobs = jobs.exclude(state=Job.State.RIDING)
    for offered, started, ended in jobs.values_list("created_at", "started_at", "finished_at").iterator():
        yield _Way(offered, started, max(ended or now, started or offered))


def _runs(upstream: str, since: datetime) -> tuple[int, int]:
    """Runs that ended, and how many of them the provider throttled."""
    ended = JobEvent.objects.filter(at__gte=since, kind__in=JobEvent.ENDS)
    throttled = Q(kind=JobEvent.Kind.AGAIN, detail__outcome=Outcome.THROTTLED.value)
    mine = ended.filter(job__upstream=upstream, job__shared="").order_by()
    found = mine.aggregate(runs=Count("pk"), throttled=Count("pk", filter=throttled))
    return found["runs"], found["throttled"]


def _rate(row: Upstream) -> float | None:
    """In force, or as configured where the gate can't say."""
    try:
        return pace_of(row.name).per_minute or row.requests_per_minute
    except GateError:
        return row.requests_per_minute


def _outages(upstream: str, since: datetime) -> int:
    """A probe that failed opens it again, which is still the same outage."""
    opened = BreakerTransition.objects.filter(
        upstream=upstream, at__gte=since, to_state=BreakerState.OPEN.value
    )
    return opened.filter(from_state=BreakerState.CLOSED.value).count()


def _has_stand_in(upstream: str) -> bool:
    pool = PoolMember.objects.filter(upstream=upstream).values("pool")
    return PoolMember.objects.filter(pool__in=pool).exclude(upstream=upstream).exists()
