"""The start estimate of a waiting job: the range of its start, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable

from ..model import Reason
from .flow_queue import Job
from .meters import Valve
from .upstream import Refusal, Upstream

# Later arrivals are unknown. The range reaches from three quarters of the wait without any to half as long
# again as it takes beside one flow more; benchmarks/start_range.py measures how often it holds.
EARLY, LATE = 0.75, 1.5


def estimate(state: Upstream, job: str, now: int) -> tuple[int, int | None, int | None, float]:
    """Own jobs ahead, the earliest and latest expected start, and the share of the queue before it."""
    found = state.queue.jobs.get(job)
    if found is None:
        return 0, None, None, 0.0
    ahead, waiting = state.queue.ahead(found), len(state.queue.jobs)
    jobs_between = state.queue.jobs_between(found.group)
    share = (min(waiting, (ahead + 1) * jobs_between) - 1) / waiting
    start, shared, own = _next_start(state, found, now), _shared(state, found, now), _own(state, found, now)
    if start is None or not any(gap for _, gap in shared):
        return ahead, None, None, share
    least = max(_until(shared, min(waiting - 1, ahead * jobs_between)), _until(own, ahead))
    most = max(_until(shared, (ahead + 1) * (jobs_between + 1)), _until(own, ahead + 1))
    return ahead, start + int(EARLY * least), start + int(LATE * most), share


def _until(valves: Iterable[Valve], ahead: int) -> float:
    """Microseconds from the next start to that of a job that so many go before."""
    return max((max(0, ahead + 1 - max(1, free)) * gap for free, gap in valves), default=0.0)


def _next_start(state: Upstream, job: Job, now: int) -> int | None:
    """When such a job could start, were it next; None where only an event tells."""
    if state.rules is None or state.rules.paused:
        return None
    refusal = state.shut(now)
    if refusal is not None and refusal.retry_at is None:
        return None
    reopens = refusal.retry_at or 0 if refusal else 0
    wakes = state.queue.flows[job.flow].until or 0
    return max(now, reopens, wakes, now + state.spending.wait(state.rules, job.reservation, now))


def _shared(state: Upstream, job: Job, now: int) -> list[Valve]:
    """What lets jobs of this size through, of any flow."""
    if state.rules is None:
        return []
    valves = state.spending.valves(state.rules, job.reservation, now)
    return [*valves, *_slots(state, state.rules.max_in_flight, len(state.leases))]


def _own(state: Upstream, job: Job, now: int) -> list[Valve]:
    """What its flow may do."""
    flow = state.queue.flows[job.flow]
    return [*flow.valves(now), *_slots(state, flow.cap_or(state.queue.cap), flow.in_flight)]


def _slots(state: Upstream, most: int | None, taken: int) -> list[Valve]:
    return [(most - taken, state.mean / most)] if most else []


def waits_for(state: Upstream, job: str, now: int) -> Refusal | None:
    """What keeps one waiting job from running now, if it were its turn.

    A suspension comes before the limits, which end by themselves.
    """
    found = state.queue.jobs[job]
    flow = state.queue.flows[found.flow]
    refusal = state.shut(now)
    if refusal is None and flow.suspended:
        return Refusal(Reason.FLOW_SUSPENDED)
    refusal = refusal or state.limited(now)
    if refusal is not None or state.rules is None:
        return refusal
    own = flow.refusal(state.queue.cap, found.reservation, now)
    short = own or state.spending.short_of_tokens(state.rules, found.reservation, now)
    return None if short is None else Refusal(*short)
