"""The figures that a policy is judged by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from limiter.gate import Outcome

from .fairness import jain_of_backlogged
from .model import Call, SimulatedRun, Trace
from .provider import ProviderPlan
from .series import spans_of_waiting
from .spread import Spread, spread

MINUTE = 60.0
AT_ONCE = 1.0  # second: a call that ends faster delayed no other
LONG = 600.0  # seconds of waiting without a break: in shorter ones the saved-up burst would blur the share


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """What became of the work that met an outage."""

    calls: int  # begun while the provider was down
    call_seconds: Spread  # until such a call failed
    stood_in: int  # jobs answered automatically in place of a call
    end_seconds: Spread  # of both
    ended_at_once: float | None  # share of both that ended in under a second
    first_answer: Spread  # seconds from handing in, meanwhile, to any answer


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds and shares from 0 to 1, unless a name says otherwise; None where nothing was to be measured."""

    jobs: int
    succeeded: float
    calls: int
    throttled: float | None  # share of calls
    per_minute: float | None  # calls taken, between the first and the last
    quota_used: float | None  # of what the provider allowed in long stretches in which somebody waited
    call_seconds: tuple[float, float] | None  # shortest and longest of the calls that succeeded
    wait: Spread  # from handing in to the start of the call that succeeded
    wait_by_kind: Mapping[str, Spread]
    document: Spread  # from handing in to the last section's feedback
    jain: float | None
    in_flight_mean: float
    in_flight_max: int
    makespan: float
    breaker_opened: int
    outage: OutageFigures | None


def figures(trace: Trace, plan: ProviderPlan) -> Figures:
    good = [run for run in trace.runs if run.outcome is Outcome.SUCCESS]
    taken = sorted(call.start for call in trace.calls if call.outcome is Outcome.SUCCESS)
    throttled = sum(call.outcome is Outcome.THROTTLED for call in trace.calls)
    return Figures(
        jobs=len(trace.runs),
        succeeded=len(good) / len(trace.runs) if trace.runs else 1.0,
        calls=len(trace.calls),
        throttled=throttled / len(trace.calls) if trace.calls else None,
        per_minute=_pace(taken),
        quota_used=_quota_used(trace, plan, taken),
        call_seconds=_call_seconds(trace),
        wait=spread(_wait(run) for run in good),
        wait_by_kind=_by_kind(good),
        document=spread(_documents(trace)),
        jain=jain_of_backlogged(trace),
        in_flight_mean=_mean_in_flight(trace),
        in_flight_max=most_in_flight(trace.calls),
        makespan=trace.end,
        breaker_opened=sum(state.value == "open" for _, state in trace.breaker),
        outage=_outage(trace, plan) if plan.outages else None,
    )


def most_in_flight(calls: list[Call]) -> int:
    """A call that ends at a moment makes room for one that starts at it."""
    changes = sorted([(call.start, 1) for call in calls] + [(call.end, -1) for call in calls])
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def _wait(run: SimulatedRun) -> float:
    return (run.started or 0.0) - run.job.arrives


def _by_kind(runs: list[SimulatedRun]) -> dict[str, Spread]:
    waits: dict[str, list[float]] = defaultdict(list)
    for run in runs:
        waits[run.job.kind].append(_wait(run))
    return {kind: spread(waits[kind]) for kind in sorted(waits)}


def _documents(trace: Trace) -> list[float]:
    """Time to each document with success in all sections."""
    documents: dict[str, list[SimulatedRun]] = defaultdict(list)
    for run in trace.runs:
        documents[run.job.document].append(run)
    return [
        max(run.ended or 0.0 for run in runs) - min(run.job.arrives for run in runs)
        for runs in documents.values()
        if all(run.outcome is Outcome.SUCCESS for run in runs)
    ]


def _pace(taken: list[float]) -> float | None:
    if len(taken) < 2 or taken[-1] == taken[0]:
        return None
    return (len(taken) - 1) / (taken[-1] - taken[0]) * MINUTE


def _call_seconds(trace: Trace) -> tuple[float, float] | None:
    lengths = [call.end - call.start for call in trace.calls if call.outcome is Outcome.SUCCESS]
    return (min(lengths), max(lengths)) if lengths else None


def _mean_in_flight(trace: Trace) -> float:
    return sum(call.end - call.start for call in trace.calls) / trace.end if trace.end else 0.0


def _quota_used(trace: Trace, plan: ProviderPlan, taken: list[float]) -> float | None:
    spans = [(start, end) for start, end in spans_of_waiting(trace) if end - start >= LONG]
    allowed = sum(_allowed(plan, start, end) for start, end in spans)
    used = sum(any(start < moment <= end for start, end in spans) for moment in taken)
    return used / allowed if allowed else None


def _allowed(plan: ProviderPlan, start: float, end: float) -> float:
    """Requests that the quota gave between two moments, but for those in which the provider was down."""
    edges = {start, end, *(quota.since for quota in plan.quotas)}
    edges |= {edge for outage in plan.outages for edge in (outage.start, outage.end)}
    inside = sorted(edge for edge in edges if start <= edge <= end)
    return sum(
        (after - before) * plan.quota_at(before) / MINUTE
        for before, after in pairwise(inside)
        if plan.down_at(before) is None
    )


def _outage(trace: Trace, plan: ProviderPlan) -> OutageFigures:
    met = [call.end - call.start for call in trace.calls if plan.down_at(call.start)]
    stood_in = [run.fallback_seconds for run in trace.runs if run.fallback_seconds is not None]
    ends = met + stood_in
    return OutageFigures(
        calls=len(met),
        call_seconds=spread(met),
        stood_in=len(stood_in),
        end_seconds=spread(ends),
        ended_at_once=sum(each < AT_ONCE for each in ends) / len(ends) if ends else None,
        first_answer=spread(
            answered - run.job.arrives
            for run in trace.runs
            if plan.down_at(run.job.arrives) and (answered := _first_answer(run)) is not None
        ),
    )


def _first_answer(run: SimulatedRun) -> float | None:
    full = run.ended if run.outcome is Outcome.SUCCESS else None
    moments = [moment for moment in (run.provisional, full) if moment is not None]
    return min(moments, default=None)
