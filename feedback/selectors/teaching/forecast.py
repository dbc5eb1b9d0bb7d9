"""The forecast of a deadline's load: from enrolment, from earlier deadlines, and from its limits.

A fluid model in steps of an hour: what arrives joins the queue, and the queue drains at the provider's rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Extract, Floor
from django.utils import timezone

from feedback.dispatch import upstreams
from feedback.models import Assignment, Document, Job, Membership
from limiter import selectors as limiter
from limiter.gate.model import GateError
from limiter.models import Upstream

HOURS = 336  # before a deadline; what comes earlier counts in the first of them
# Hours left between which texts are counted together: near a deadline an hour matters, long before it a day.
EDGES = (0, 1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 72, 120, 168, HOURS)
DAY = 24  # hours
ENOUGH = 20  # texts before earlier deadlines, from which they outweigh what is known otherwise
CALLS_A_TEXT = 8.0  # where nothing was measured: seven sections and a summary
CALL_SECONDS = 120.0

# Where no deadline has passed yet: half of a class in the last six hours, the other half thinning out before
# them. It is an assumption, and the page says so.
_LAST = 6  # hours
_TAIL = {hour: math.exp(-(hour - _LAST) / 16) for hour in range(_LAST, 72)}
_ASSUMED = {
    **dict.fromkeys(range(_LAST), 0.5 / _LAST),
    **{hour: 0.5 * share / sum(_TAIL.values()) for hour, share in _TAIL.items()},
}


class Basis(StrEnum):
    """The deadlines that the shares were learnt from."""

    COURSE = "course"  # earlier deadlines of this course
    ALL = "all"  # earlier deadlines of all courses
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier deadlines were like."""

    basis: Basis
    shares: Mapping[int, float]  # of all texts, by full hours left until the deadline; one in all
    texts_a_student: float = 1.0  # of those that hand in
    taking_part: float = 1.0  # of the students enrolled, the share that hands in
    calls_a_text: float = CALLS_A_TEXT


@dataclass(frozen=True, slots=True)
class Capacity:
    calls_an_hour: float | None  # None: nothing limits it
    call_seconds: float = CALL_SECONDS
    in_line: int = 0


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour from now on: calls that arrive in it, and the queue at its end."""

    begins: datetime
    calls: float
    line: float


@dataclass(frozen=True, slots=True)
class Forecast:
    deadline: datetime
    to_come: int  # students that have not handed in
    expected: float  # of them, those that will
    texts: float
    calls: float
    hours: Sequence[Hour]
    capacity: Capacity
    past: Past
    last_ready: datetime  # when the last feedback would be there

    @property
    def busiest(self) -> Hour:
        return max(self.hours, key=lambda hour: hour.calls)

    @property
    def load(self) -> float:
        """The busiest hour against what can be done in an hour; 1 is just enough."""
        return self.busiest.calls / self.capacity.calls_an_hour if self.capacity.calls_an_hour else 0.0

    @property
    def longest_wait(self) -> timedelta:
        """The wait of a document at the worst moment, until its feedback begins."""
        if not self.capacity.calls_an_hour:
            return timedelta()
        return timedelta(hours=max(hour.line for hour in self.hours) / self.capacity.calls_an_hour)


def forecast_of(assignment: Assignment) -> Forecast | None:
    """None: there is no deadline, or it has passed."""
    if assignment.deadline is None or assignment.deadline <= timezone.now():
        return None
    students = Membership.objects.filter(course=assignment.course_id, role=Membership.Role.STUDENT)
    writers = Document.objects.filter(assignment=assignment).order_by().values("owner")
    return forecast(
        now=timezone.now(),
        deadline=assignment.deadline,
        to_come=students.exclude(user__in=writers).count(),
        past=past_of(assignment),
        capacity=capacity_of(upstreams.default_upstream()),
    )


def forecast(*, now: datetime, deadline: datetime, to_come: int, past: Past, capacity: Capacity) -> Forecast:
    """Those still to come spread over the hours that are left as others did before them."""
    left = max(1, math.ceil((deadline - now) / timedelta(hours=1)))
    shares = [past.shares.get(hour, 0.0) for hour in range(min(left, HOURS))]
    total = sum(shares)
    expected = to_come * _will_come(past, total / (sum(past.shares.values()) or 1.0))
    texts = expected * past.texts_a_student
    calls = texts * past.calls_a_text
    shares = [share / total for share in shares] if total else [1 / len(shares)] * len(shares)
    line, hours = float(capacity.in_line), []
    for hour in range(len(shares) - 1, -1, -1):
        arrives = calls * shares[hour]
        drained = capacity.calls_an_hour if capacity.calls_an_hour is not None else math.inf
        line = max(0.0, line + arrives - drained)
        hours.append(Hour(deadline - timedelta(hours=hour + 1), arrives, line))
    after = timedelta(hours=line / capacity.calls_an_hour) if capacity.calls_an_hour else timedelta()
    ready = deadline + after + timedelta(seconds=2 * capacity.call_seconds)  # its sections, then its summary
    return Forecast(deadline, to_come, expected, texts, calls, hours, capacity, past, ready)


def _will_come(past: Past, still: float) -> float:
    """Of those that have not handed in, the share that will, when this share of texts is still to come: the
    nearer the deadline, the more of them are those that never do."""
    coming, never = past.taking_part * still, 1.0 - past.taking_part
    return coming / (coming + never) if coming else 1.0 - never


# What is known of the past --------------------------------------------------------------------


def past_of(assignment: Assignment) -> Past:
    """From this course as far as it has had deadlines, else from all, else an assumption."""
    before = Document.objects.filter(assignment__deadline__lt=timezone.now()).exclude(assignment=assignment)
    in_time = before.filter(created_at__lte=F("assignment__deadline")).order_by()
    of_course = in_time.filter(assignment__course=assignment.course_id)
    mine = _counts(of_course)
    others = _counts(in_time.exclude(assignment__course=assignment.course_id))
    shares = fitted(mine, fitted(others, _ASSUMED))
    if sum(mine.values()) >= ENOUGH:
        return Past(Basis.COURSE, shares, *_sizes(of_course))
    if sum(mine.values()) + sum(others.values()) >= ENOUGH:
        return Past(Basis.ALL, shares, *_sizes(in_time))
    return Past(Basis.ASSUMED, _ASSUMED)


def fitted(counts: Mapping[int, int], prior: Mapping[int, float]) -> dict[int, float]:
    """The distribution of texts over the hours left: what was counted, and as if ENOUGH more had come as the
    prior has it (a Dirichlet prior, so one class that was odd does not decide alone). It sums to one."""
    total = sum(counts.values()) + ENOUGH
    day = _day_of(counts)
    shares: dict[int, float] = {}
    for begin, end in pairwise(EDGES):
        counted = sum(counts.get(hour, 0) for hour in range(begin, end))
        supposed = sum(prior.get(hour, 0.0) for hour in range(begin, end))
        together = (counted + ENOUGH * supposed) / total
        weights = {hour: day[hour % DAY] if hour >= DAY else 1.0 for hour in range(begin, end)}
        shares |= {hour: together * weight / sum(weights.values()) for hour, weight in weights.items()}
    return shares


def _day_of(counts: Mapping[int, int]) -> list[float]:
    """How busy each hour of a day is, on the days before the last: people write in the evening."""
    day = [ENOUGH / DAY] * DAY
    for hour, number in counts.items():
        if hour >= DAY:
            day[hour % DAY] += number
    return day


def _counts(texts: QuerySet[Document]) -> dict[int, int]:
    """How many texts came so many full hours before their deadline."""
    left = Floor(Extract(F("assignment__deadline") - F("created_at"), "epoch") / 3600.0)
    counts: dict[int, int] = {}
    for hour, number in texts.annotate(left=left).values_list("left").annotate(n=Count("pk")):
        place = min(int(hour), HOURS - 1)
        counts[place] = counts.get(place, 0) + number
    return counts


def _sizes(texts: QuerySet[Document]) -> tuple[float, float, float]:
    """Texts of a student that hands in, the share that does, and calls a text; each deadline by itself."""
    calls = Q(jobs__kind__in=[Job.Kind.ANALYSE, Job.Kind.SUMMARISE])
    found = texts.aggregate(texts=Count("pk", distinct=True), calls=Count("jobs", filter=calls))
    writers = texts.values("assignment", "owner").distinct().count()
    enrolled = Membership.objects.filter(
        role=Membership.Role.STUDENT, course__assignments__in=texts.values("assignment").distinct()
    ).count()  # a student counts once for each deadline of the course
    each = found["texts"] or 1
    taking_part = min(1.0, writers / enrolled) if enrolled else 1.0
    return each / (writers or 1), taking_part, (found["calls"] / each) or CALLS_A_TEXT


def capacity_of(name: str) -> Capacity:
    """What an upstream can do in an hour: by its rate, or by its places, whichever is less."""
    upstream = Upstream.objects.filter(name=name).first()
    if upstream is None:
        return Capacity(None)
    try:
        live = limiter.upstream_status(name).live
        seconds, in_line = live.mean_seconds or CALL_SECONDS, live.waiting
    except GateError:
        seconds, in_line = CALL_SECONDS, 0
    by_rate = upstream.requests_per_minute * 60 if upstream.requests_per_minute else math.inf
    by_places = upstream.max_in_flight * 3600 / seconds if upstream.max_in_flight else math.inf
    least = min(by_rate, by_places)
    return Capacity(None if math.isinf(least) else least, seconds, in_line)
