"""The figures of this moment: from the rows of open work and of what ended lately, the gate, and RQ.

Every query goes over an index of open or of recent work, so its cost does not grow with what there was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from feedback.dispatch import job_queue
from feedback.dispatch.routes import CALLS
from feedback.models import Course, Job, JobEvent
from feedback.models.work.jobs import charged_tokens
from feedback.selectors.operations.percentiles import Percentile
from feedback.selectors.upstreams.spending import spend_by_day
from feedback.selectors.work.workers import Worker, everybody
from limiter.gate import BreakerState, GateError
from limiter.gate.model import Outcome
from limiter.models import Upstream
from limiter.operations.condition import STANDS_STILL, Condition, condition_of
from limiter.selectors import UpstreamStatus, all_upstreams, suspended_flows

MINUTE, WINDOW, HOUR = timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1)
MOST_COURSES = 12  # shown with their waits, those with the most calls

State = Job.State


@dataclass(slots=True)
class UpstreamFigures:
    upstream: Upstream
    status: UpstreamStatus | None  # None: the gate did not answer
    in_line: int = 0
    held: int = 0
    suspended: int = 0  # of those in line and held: of people whom an operator suspended
    in_flight: int = 0
    began: int = 0  # calls of the last minute
    tokens: int = 0  # that calls used that ended within the last minute
    runs: int = 0  # that ended within the window
    throttled: int = 0  # of these
    failed: int = 0  # of these
    since: datetime | None = None  # when the oldest job in line joined it, of those that shall be served
    spent: Decimal = Decimal(0)  # today

    @property
    def name(self) -> str:
        return self.upstream.name

    @property
    def waiting(self) -> int:
        """Jobs that shall be served: not those of suspended people."""
        return self.in_line + self.held - self.suspended

    @property
    def throttle_rate(self) -> float | None:
        """Percent of the runs; None: there were none."""
        return 100 * self.throttled / self.runs if self.runs else None

    @property
    def requests_per_minute(self) -> float | None:
        return self.status.live.requests_per_minute if self.status else self.upstream.requests_per_minute

    @property
    def breaker(self) -> BreakerState | None:
        return self.status.live.breaker if self.status else None

    @property
    def probe_in(self) -> float | None:
        """Seconds until the open breaker lets a probe through."""
        live = self.status.live if self.status else None
        return None if not live or live.breaker_retry_at is None else max(0, live.breaker_retry_at - live.now)

    @property
    def condition(self) -> Condition:
        return condition_of(self.upstream, self.status.live if self.status else None)

    @property
    def stands_still(self) -> bool:
        return self.condition in STANDS_STILL


@dataclass(frozen=True, slots=True)
class CourseWait:
    name: str  # empty: outside any course
    calls: int
    p50: timedelta
    p95: timedelta


@dataclass(frozen=True, slots=True)
class Operations:
    at: datetime
    upstreams: Sequence[UpstreamFigures]
    gate_error: str  # empty: it answers
    workers: Sequence[Worker] | None  # None: RQ can't be asked; solo has none
    solo: bool
    waits: Sequence[CourseWait] = ()
    other_waiting: int = 0  # jobs of stages that no upstream limits
    other_since: datetime | None = None
    currency: str = field(default_factory=lambda: str(settings.CURRENCY))

    @property
    def waiting(self) -> int:
        return sum(each.waiting for each in self.upstreams) + self.other_waiting

    @property
    def in_flight(self) -> int:
        return sum(each.in_flight for each in self.upstreams)

    @property
    def began(self) -> int:
        return sum(each.began for each in self.upstreams)

    @property
    def spent(self) -> Decimal:
        return sum((each.spent for each in self.upstreams), Decimal(0))

    @property
    def oldest(self) -> timedelta | None:
        moments = [each.since for each in self.upstreams if each.since] + [self.other_since]
        known = [moment for moment in moments if moment is not None]
        return self.at - min(known) if known else None

    @property
    def throttle_rate(self) -> float | None:
        runs = sum(each.runs for each in self.upstreams)
        return 100 * sum(each.throttled for each in self.upstreams) / runs if runs else None

    @property
    def alive(self) -> Sequence[Worker]:
        return [each for each in self.workers or () if each.is_alive]

    @property
    def slots(self) -> int:
        return sum(each.slots or 1 for each in self.alive)

    def is_unheard(self, figures: UpstreamFigures) -> bool:
        """Does no living worker listen to the queues behind this upstream?"""
        behind = {queue for queue, name in settings.LIMITER_QUEUES.items() if name == figures.name}
        heard = {queue for each in self.alive for queue in each.queues}
        return not self.solo and bool(behind) and not behind & heard


def operations_now() -> Operations:
    """In seven queries, and a few round trips to Redis. Never raises for a Redis that is away."""
    now = timezone.now()
    upstreams, gate_error = _upstreams()
    by_name = {each.name: each for each in upstreams}
    suspended = Q(flow__in=suspended_flows())
    others = _count_open(by_name, suspended, now)
    _count_ended(by_name, now)
    for day in spend_by_day(timezone.localdate()):
        if day.upstream in by_name:
            by_name[day.upstream].spent += day.amount
    return Operations(
        at=now,
        upstreams=upstreams,
        gate_error=gate_error,
        workers=_workers(),
        solo=not job_queue.has_workers(),
        waits=_waits_by_course(list(by_name), suspended, now),
        other_waiting=others["n"],
        other_since=others["since"],
    )


def _upstreams() -> tuple[list[UpstreamFigures], str]:
    try:
        return [UpstreamFigures(status.upstream, status) for status in all_upstreams()], ""
    except GateError as error:
        return [UpstreamFigures(upstream, None) for upstream in Upstream.objects.all()], str(error) or "away"


def _workers() -> list[Worker] | None:
    from redis.exceptions import RedisError

    try:
        return everybody()
    except RedisError:
        return None


def _count_open(upstreams: Mapping[str, UpstreamFigures], suspended: Q, now: datetime) -> dict[str, Any]:
    """Fills in what is open; returns the waiting of the stages without an upstream."""
    rows = (
        Job.objects.filter(state__in=[State.HELD, State.WAITING, State.RUNNING])
        .order_by()
        .values("upstream", "state")
        .annotate(
            n=Count("pk"),
            suspended=Count("pk", suspended),
            since=Min("waiting_since", filter=~suspended),
            began=Count("pk", Q(started_at__gte=now - MINUTE)),
        )
    )
    others: dict[str, Any] = {"n": 0, "since": None}
    for row in rows:
        figures = upstreams.get(row["upstream"])
        if figures is None and row["state"] == State.WAITING:
            known = [each for each in (others["since"], row["since"]) if each]
            others = {"n": others["n"] + row["n"] - row["suspended"], "since": min(known, default=None)}
        elif figures is not None:
            _fill_in(figures, row)
    return others


def _fill_in(figures: UpstreamFigures, row: Mapping[str, Any]) -> None:
    match row["state"]:
        case State.HELD:
            figures.held = row["n"]
            figures.suspended += row["suspended"]
        case State.WAITING:
            figures.in_line, figures.since = row["n"], row["since"]
            figures.suspended += row["suspended"]
        case State.RUNNING:
            figures.in_flight = row["n"]
            figures.began += row["began"]


def _count_ended(upstreams: Mapping[str, UpstreamFigures], now: datetime) -> None:
    """Runs that ended within the window, those that go on in another run included."""
    ends = JobEvent.objects.filter(at__gte=now - WINDOW, kind__in=JobEvent.ENDS)
    lately = Q(at__gte=now - MINUTE)
    began = lately & (Q(kind=JobEvent.Kind.AGAIN) | Q(job__started_at__gte=now - MINUTE))
    tokens = charged_tokens("job__")
    rows = (
        ends.filter(job__upstream__in=list(upstreams), job__shared="")
        .order_by()
        .values("job__upstream")
        .annotate(
            runs=Count("pk"),
            throttled=Count("pk", Q(detail__outcome=Outcome.THROTTLED.value)),
            failed=Count("pk", Q(kind=JobEvent.Kind.FAILED) | Q(detail__outcome=Outcome.FAILURE.value)),
            began=Count("pk", began),
            tokens=Sum(tokens, filter=lately & ~Q(kind=JobEvent.Kind.AGAIN), default=0),
        )
    )
    for row in rows:
        figures = upstreams[row["job__upstream"]]
        figures.runs, figures.throttled, figures.failed = row["runs"], row["throttled"], row["failed"]
        figures.began += row["began"]
        figures.tokens = row["tokens"]


def _waits_by_course(upstreams: Iterable[str], suspended: Q, now: datetime) -> list[CourseWait]:
    """From joining the line to the call's start, of the calls that ended within the last hour or are open.

    A call that still waits counts with its wait so far.
    """
    wait = Coalesce(F("started_at"), Value(now)) - F("waiting_since")
    ended = Q(finished_at__gte=now - HOUR, started_at__isnull=False)
    open_ = Q(state__in=[State.WAITING, State.RUNNING]) & ~suspended
    rows = (
        Job.objects.filter(
            ended | open_, upstream__in=list(upstreams), kind__in=CALLS, waiting_since__isnull=False
        )
        .order_by()
        .values("group")
        .annotate(calls=Count("pk"), p50=Percentile(wait, 0.5), p95=Percentile(wait, 0.95))
        .order_by("-calls", "group")[:MOST_COURSES]
    )  # fmt: skip
    found = list(rows)
    keys = [row["group"].removeprefix("course:") for row in found if row["group"].startswith("course:")]
    names = {f"course:{course.pk}": course.name for course in Course.objects.filter(pk__in=keys)}
    return [CourseWait(names.get(row["group"], ""), row["calls"], row["p50"], row["p95"]) for row in found]
