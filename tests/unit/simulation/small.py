"""Workloads small enough to be reckoned by hand."""

from __future__ import annotations

from collections.abc import Sequence

from limiter.gate import Usage
from limiter.simulation.model import Job, Limits, Trace
from limiter.simulation.policies import POLICIES
from limiter.simulation.provider import ProviderPlan, Quota
from limiter.simulation.station import Station

GENEROUS = ProviderPlan(quotas=(Quota(6_000.0),), burst=1_000.0)


def job(name: str, user: str = "ann", *, at: float = 0.0, seconds: float = 100.0, tokens: int = 1_000) -> Job:
    """A job of its own document, in a course that everybody shares, which uses exactly what it holds."""
    return Job(name, user, "student", "course", name, at, seconds, tokens, Usage(tokens))


def simulate(
    jobs: Sequence[Job],
    policy: str = "fair",
    *,
    rate: float = 30.0,
    burst: float = 1.0,
    slots: int = 100,
    processes: int = 1,
    plan: ProviderPlan = GENEROUS,
    seed: int = 1,
) -> Trace:
    limits = Limits(rate, burst, slots, processes)
    return Station(jobs, plan=plan, policy=POLICIES[policy], limits=limits, seed=seed).run()


def starts(trace: Trace) -> dict[str, float]:
    return {run.job.id: run.started for run in trace.runs if run.started is not None}
