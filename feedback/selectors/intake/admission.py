"""Bounds on new work: how much of a person, a course and an upstream waits, and how fast it drains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models.functions import Now

from feedback.dispatch import flows
from feedback.models import Document, Job
from limiter.configuration.policies import limits_of
from limiter.models import Upstream
from limiter.selectors import group_limits

if TYPE_CHECKING:
    from django.db.models import QuerySet

MEASURED = timedelta(minutes=15)  # over which the drain is counted
SOONEST, LATEST = 5, 3_600  # seconds within which somebody is asked to come back
NORMAL_SHARE, LEAST_SHARE, STEP = 0.9, 0.5, 0.1  # of an upstream's bound: see share_of_bound


class BoundOf(StrEnum):
    """The owner of a bound."""

    OWN = "own"
    COURSE = "course"
    UPSTREAM = "upstream"


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound on work that waits. A document that is not split yet counts as one job."""

    of: BoundOf
    most: int
    waiting: int
    per_minute: float  # that it drains

    @property
    def is_broken(self) -> bool:
        return self.waiting > self.most

    @property
    def retry_after(self) -> int:
        """Seconds until there is room, as far as the drain tells."""
        seconds = (self.waiting - self.most) / self.per_minute * 60 if self.per_minute else LATEST
        return min(max(math.ceil(seconds), SOONEST), LATEST)


def bounds_of(document: Document) -> list[Bound]:
    """The bounds that a document's work is under, the narrowest first; itself counts already."""
    flow, group = flows.flow_of(document.owner), flows.group_of(document)
    upstream = Upstream.objects.get(name=document.upstream)
    limits, course = limits_of(flow), group_limits(group)
    unsplit = Document.objects.filter(state=Document.State.RECEIVED, finished_at__isnull=True)
    bounds = []
    if limits.in_line is not None:
        waiting = _in_line().filter(flow=flow).count() + unsplit.filter(owner=document.owner).count()
        bounds.append(Bound(BoundOf.OWN, limits.in_line, waiting, drain(upstream, flow=flow)))
    if course.in_line is not None and document.assignment is not None:
        members = unsplit.filter(assignment__course=document.assignment.course_id)
        waiting = _in_line().filter(group=group).count() + members.count()
        bounds.append(Bound(BoundOf.COURSE, course.in_line, waiting, drain(upstream, group=group)))
    most = math.floor(upstream.backlog_bound * share_of_bound(limits.weight * course.weight))
    waiting = backlog(upstream.name) + unsplit.filter(upstream=upstream.name).count()
    return [*bounds, Bound(BoundOf.UPSTREAM, max(1, most), waiting, drain(upstream))]


def share_of_bound(weight: float) -> float:
    """How much of an upstream's bound a weight may fill: the lowest weights are turned away first.

    Normal weight (1) fills nine tenths; each doubling a tenth more, each halving a tenth less.
    """
    return min(1.0, max(LEAST_SHARE, NORMAL_SHARE + STEP * math.log2(weight)))


def backlog(upstream: str) -> int:
    """Jobs of an upstream that wait, in line and beyond. Two counts, each over an index of its own."""
    jobs = Job.objects.filter(upstream=upstream)
    return jobs.filter(state=Job.State.WAITING).count() + jobs.filter(state=Job.State.HELD).count()


def drain(upstream: Upstream, **owner: str) -> float:
    """Jobs a minute that ended lately; where none did, the rate that the upstream is configured for."""
    since = Now() - MEASURED
    ended = Job.objects.filter(upstream=upstream.name, finished_at__gte=since, **owner)
    measured = ended.count() / (MEASURED.total_seconds() / 60)
    return measured or upstream.requests_per_minute or 0.0


def _in_line() -> QuerySet[Job]:
    return Job.objects.filter(state__in=[Job.State.HELD, Job.State.WAITING]).exclude(upstream="")
