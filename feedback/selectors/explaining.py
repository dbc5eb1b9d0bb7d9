"""What one job waits for, held ones included; and, for operators, whose work goes before it."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db.models import Q

from feedback.models import Job
from limiter import selectors as limiter
from limiter.gate.model import Explanation

HELD, WAITING = Job.State.HELD, Job.State.WAITING
NAMED = 5  # flows that are told by name


def explain_job(job: Job) -> Explanation | None:
    """None: it waits for nothing of the gate's. The state of a held one is "held". Raises GateError."""
    if not job.upstream or job.state not in (HELD, WAITING):
        return None
    return _held(job) if job.state == HELD else limiter.explain(upstream=job.upstream, job=str(job.pk))


def _held(job: Job) -> Explanation:
    """What the last of its flow in line waits for, and as much longer as its own held ones before it take."""
    own = Job.objects.filter(upstream=job.upstream, flow=job.flow)
    in_line = own.filter(state=WAITING)
    earlier = Q(priority__gt=job.priority) | Q(priority=job.priority, pk__lt=job.pk)
    before = own.filter(earlier, state=HELD).count()
    last = in_line.order_by("priority", "-pk").values_list("pk", flat=True).first()
    seen = limiter.explain(upstream=job.upstream, job=str(last)) if last else Explanation("unknown")
    later = _later(seen, before + 1, time.time())
    return replace(later, state="held", ahead_in_flow=in_line.count() + before)


def _later(seen: Explanation, jobs: int, now: float) -> Explanation:
    """The same for a job that so many of the flow come after: each takes as long as those before did."""
    if seen.earliest is None or seen.latest is None:
        return seen
    soonest, longest = max(0.0, seen.earliest - now), max(0.0, seen.latest - now)
    return replace(
        seen,
        earliest=now + soonest * (1 + jobs / max(1, seen.ahead_in_flow)),
        latest=now + longest * (1 + jobs / (seen.ahead_in_flow + 1)),
    )


@dataclass(frozen=True, slots=True)
class Ahead:
    """Whose work goes before a job. A person's name: for operators only."""

    who: str
    jobs: int
    share: float  # of all that goes before it, 0 to 1


def whose_is_ahead(job: Job, found: Explanation) -> list[Ahead]:
    """The most first, the rest together. Raises GateError."""
    ahead = limiter.ahead_by_flow(upstream=job.upstream, flow=job.flow, own=found.ahead_in_flow)
    total = sum(ahead.values())
    first = dict(sorted(ahead.items(), key=lambda each: -each[1])[:NAMED])
    names = _names(job.upstream, first)
    told = [Ahead(names.get(flow, flow), jobs, jobs / total) for flow, jobs in first.items()]
    rest = total - sum(first.values())
    return [*told, Ahead(f"{len(ahead) - len(first)} others", rest, rest / total)] if rest else told


def _names(upstream: str, of_flows: Collection[str]) -> dict[str, str]:
    """By flow, of those whose work waits there."""
    waiting = Job.objects.filter(flow__in=of_flows, upstream=upstream, state=WAITING)
    return dict(waiting.order_by().values_list("flow", "document__owner__email").distinct())
