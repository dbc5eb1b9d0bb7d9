"""The reason why one job waits, held ones included; and, for operators, the people ahead of it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from feedback.models import Job
from limiter import selectors as limiter
from limiter.gate.model import Explanation, Outcome, Reason

HELD, WAITING = Job.State.HELD, Job.State.WAITING
SOON = 5.0  # seconds after its moment by which an attempt is in line again
NAMED = 5  # flows that are shown by name


def explain_job(job: Job) -> Explanation | None:
    """None: it waits for nothing of the gate's. The state of a held one is "held". Raises GateError."""
    if not job.upstream or job.state not in (HELD, WAITING):
        return None
    if job.state == HELD:
        return _held(job)
    return _between_attempts(job) or limiter.explain(upstream=job.upstream, job=str(job.pk))


def _between_attempts(job: Job) -> Explanation | None:
    """What stands in no line until the moment of its next attempt."""
    due = job.not_before.timestamp() if job.not_before else 0.0
    if due <= time.time():
        return None
    throttled = job.outcome == Outcome.THROTTLED
    reason = Reason.REQUESTS_PER_MINUTE if throttled else None
    return Explanation("waiting", reason, earliest=due, latest=due + SOON, retry_at=due)


def explain_many(jobs: Collection[Job]) -> dict[UUID, Explanation]:
    """What each waits for, in one query at most; of a held one without range. Raises GateError."""
    last = _last_in_line(job for job in jobs if job.state == HELD)
    behind = {key: _behind(limiter.explain(upstream=key[0], job=str(pk))) for key, pk in last.items()}
    found = {
        job.pk: behind.get((job.upstream, job.flow)) if job.state == HELD else explain_job(job)
        for job in jobs
    }
    return {pk: explanation for pk, explanation in found.items() if explanation}


def _behind(last: Explanation) -> Explanation:
    """Of what is held behind the last of its flow in line."""
    return Explanation("held", last.reason, ahead_in_flow=last.ahead_in_flow + 1, retry_at=last.retry_at)


def _held(job: Job) -> Explanation:
    """What the last of its flow in line waits for, and as much longer as its own held ones before it take."""
    own = Job.objects.filter(upstream=job.upstream, flow=job.flow)
    earlier = Q(priority__gt=job.priority) | Q(priority=job.priority, pk__lt=job.pk)
    before = own.filter(earlier, state=HELD).count()
    last = _last_in_line([job]).get((job.upstream, job.flow))
    seen = limiter.explain(upstream=job.upstream, job=str(last)) if last else Explanation("unknown")
    later = _later(seen, before + 1, time.time())
    return replace(later, state="held", ahead_in_flow=own.filter(state=WAITING).count() + before)


def _last_in_line(jobs: Iterable[Job]) -> Mapping[tuple[str, str], UUID]:
    """By upstream and flow: of the flows of these jobs, the job in the queue that comes last."""
    of_flows = {(job.upstream, job.flow) for job in jobs}
    if not of_flows:
        return {}
    upstreams, flows = zip(*of_flows, strict=True)
    in_line = Job.objects.filter(upstream__in=upstreams, flow__in=flows, state=WAITING)
    last = in_line.order_by("upstream", "flow", "priority", "-pk").distinct("upstream", "flow")
    return {(upstream, flow): pk for upstream, flow, pk in last.values_list("upstream", "flow", "pk")}


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
    """A person with work ahead of a job, by name: for operators only."""

    who: str
    jobs: int
    share: float  # of all that goes before it, 0 to 1


def shares_ahead(job: Job, found: Explanation) -> list[Ahead]:
    """The most first, the rest together. Raises GateError."""
    ahead = limiter.ahead_by_flow(upstream=job.upstream, flow=job.flow, own=found.ahead_in_flow)
    total = sum(ahead.values())
    first = dict(sorted(ahead.items(), key=lambda each: -each[1])[:NAMED])
    names = _names(job.upstream, first)
    shares = [Ahead(names.get(flow, flow), jobs, jobs / total) for flow, jobs in first.items()]
    rest = total - sum(first.values())
    return [*shares, Ahead(f"{len(ahead) - len(first)} others", rest, rest / total)] if rest else shares


def _names(upstream: str, of_flows: Collection[str]) -> dict[str, str]:
    """By flow, of those with work that waits there."""
    waiting = Job.objects.filter(flow__in=of_flows, upstream=upstream, state=WAITING)
    return dict(waiting.order_by().values_list("flow", "document__owner__email").distinct())
