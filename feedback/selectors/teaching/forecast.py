"""The forecast of a deadline's load: from enrolment, from earlier deadlines, and from its limits.

A fluid model in steps of an hour: what arrives joins the queue, and the queue drains at the provider's rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Extract, Floor
from django.utils import timezone

from feedback.dispatch import upstreams
from feedback.models import Assignment, Document, Job, Membership
from limiter import selectors as limiter
from limiter.gate.model import GateError
from limiter.models import Upstream

HOURS = 72  # before a deadline; what comes earlier counts in the first of them
ENOUGH = 20  # texts before earlier deadlines, from which shares mean something
CALLS_A_TEXT = 8.0  # where nothing was measured: seven sections and a summary
CALL_SECONDS = 120.0

# Where no deadline has passed yet: half of a class in the last six hours, the other half thinning out before
# them. It is an assumption, and the page says so.
_LAST = 6  # hours
_TAIL = {hour: math.exp(-(hour - _LAST) / 16) for hour in range(_LAST, HOURS)}
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
    """The shares of earlier deadlines."""

    basis: Basis
    shares: Mapping[int, float]  # of all texts, by full hours left until the deadline
    texts_a_student: float = 1.0
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
    texts = to_come * past.texts_a_student
    calls = texts * past.calls_a_text
    shares = [past.shares.get(hour, 0.0) for hour in range(min(left, HOURS))]
    total = sum(shares)
    shares = [share / total for share in shares] if total else [1 / len(shares)] * len(shares)
    line, hours = float(capacity.in_line), []
    for hour in range(len(shares) - 1, -1, -1):
        arrives = calls * shares[hour]
        drained = capacity.calls_an_hour if capacity.calls_an_hour is not None else math.inf
        line = max(0.0, line + arrives - drained)
        hours.append(Hour(deadline - timedelta(hours=hour + 1), arrives, line))
    after = timedelta(hours=line / capacity.calls_an_hour) if capacity.calls_an_hour else timedelta()
    ready = deadline + after + timedelta(seconds=2 * capacity.call_seconds)  # its sections, then its summary
    return Forecast(deadline, to_come, texts, calls, hours, capacity, past, ready)


# What is known of the past --------------------------------------------------------------------


def past_of(assignment: Assignment) -> Past:
    """From this course where it has had deadlines, else from all, else an assumption."""
    before = Document.objects.filter(assignment__deadline__lt=timezone.now()).exclude(assignment=assignment)
    in_time = before.filter(created_at__lte=F("assignment__deadline")).order_by()
    for basis, texts in (
        (Basis.COURSE, in_time.filter(assignment__course=assignment.course_id)),
        (Basis.ALL, in_time),
    ):
        shares = _shares(texts)
        if sum(shares.values()) >= ENOUGH:
            return Past(basis, shares, *_sizes(texts))
    return Past(Basis.ASSUMED, _ASSUMED)


def _shares(texts: QuerySet[Document]) -> dict[int, int]:
    """How many texts came so many full hours before their deadline."""
    left = Floor(Extract(F("assignment__deadline") - F("created_at"), "epoch") / 3600.0)
    shares: dict[int, int] = {}
    for hour, number in texts.annotate(left=left).values_list("left").annotate(n=Count("pk")):
        place = min(int(hour), HOURS - 1)
        shares[place] = shares.get(place, 0) + number
    return shares


def _sizes(texts: QuerySet[Document]) -> tuple[float, float]:
    """Texts a student, and calls a text."""
    calls = Q(jobs__kind__in=[Job.Kind.ANALYSE, Job.Kind.SUMMARISE])
    found = texts.aggregate(
        texts=Count("pk", distinct=True),
        writers=Count("owner", distinct=True),
        calls=Count("jobs", filter=calls),
    )
    each = found["texts"] or 1
    return each / (found["writers"] or 1), (found["calls"] / each) or CALLS_A_TEXT


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
