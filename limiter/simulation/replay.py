"""A recorded stretch of traffic once more, in virtual time, under another configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from limiter.gate import FlowPolicy, Outcome, Reason, Ticket, UpstreamConfig
from limiter.gate.memory import MemoryGate

from .figures import most_in_flight
from .model import Job, Limits, Trace
from .policies import LEASE_SECONDS, UPSTREAM
from .provider import ProviderPlan, Quota
from .spread import Spread, spread
from .station import Station

UNBOUNDED = 100_000.0  # a provider without a known quota


@dataclass(frozen=True, slots=True)
class Replayed:
    """A policy of the simulation: one configuration and later ones, and what each flow and group may do."""

    config: UpstreamConfig
    flows: Mapping[str, FlowPolicy]
    groups: Mapping[str, float]
    name: str = "replay"
    later: Sequence[tuple[float, UpstreamConfig]] = ()  # newer versions with the seconds of their publication

    def configurations(self, limits: Limits) -> tuple[UpstreamConfig, ...]:
        return (self.as_simulated(self.config),)

    def as_simulated(self, config: UpstreamConfig) -> UpstreamConfig:
        return replace(config, name=UPSTREAM, lease_seconds=LEASE_SECONDS)

    def prepare(self, gate: MemoryGate) -> None:
        gate.set_policies(UPSTREAM, flows=self.flows, groups=self.groups)

    def ticket(self, job: Job) -> Ticket:
        return Ticket(job.id, job.user, job.course, document=job.document, tokens=job.tokens)


@dataclass(frozen=True, slots=True)
class Went:
    """How a stretch of time went: until its end, not until all was done."""

    started: int
    waiting: int  # when it ended
    wait: Spread  # seconds, of what started
    throttled: int
    most_in_flight: int
    held_up: Mapping[Reason, float]  # seconds for which the line stood, by the limit in force


def replay(
    jobs: Sequence[Job],
    *,
    under: Replayed,
    seconds: float,
    quota: float | None,
    burst: float | None = None,
    seed: int = 1,
) -> Went:
    """How it would have gone.

    `quota`: requests a minute that the provider took; None: it was never met. `burst`: what it took at once;
    None: a minute's worth.
    """
    plan = ProviderPlan(
        quotas=(Quota(min(quota or UNBOUNDED, UNBOUNDED)),),
        burst=burst or quota or UNBOUNDED,
        timeout=LEASE_SECONDS,
    )
    later = [(moment, under.as_simulated(config)) for moment, config in under.later]
    trace = Station(jobs, plan=plan, policy=under, limits=Limits(), seed=seed, later=later).run()
    return _within(trace, seconds)


def _within(trace: Trace, seconds: float) -> Went:
    arrives = {run.job.id: run.job.arrives for run in trace.runs if run.job.arrives <= seconds}
    calls = sorted((call for call in trace.calls if call.start <= seconds), key=lambda call: call.start)
    first: dict[str, float] = {}
    for call in calls:
        if call.outcome is not Outcome.THROTTLED:
            first.setdefault(call.job, call.start)
    return Went(
        started=len(first),
        waiting=len(arrives) - len(first),
        wait=spread(start - arrives[job] for job, start in first.items()),
        throttled=sum(call.outcome is Outcome.THROTTLED for call in calls),
        most_in_flight=most_in_flight(calls),
        held_up=_held_up(trace, seconds),
    )


def _held_up(trace: Trace, seconds: float) -> dict[Reason, float]:
    times: dict[Reason, float] = {}
    ends = [moment for moment, _ in trace.standstills[1:]] + [trace.end]
    for (begun, reason), end in zip(trace.standstills, ends, strict=True):
        stood = min(end, seconds) - min(begun, seconds)
        if reason not in (None, Reason.EMPTY) and stood > 0:
            times[reason] = times.get(reason, 0.0) + stood
    return dict(sorted(times.items(), key=lambda each: -each[1]))
