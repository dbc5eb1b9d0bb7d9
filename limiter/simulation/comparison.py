"""Several policies on one scenario, side by side: the same jobs, the same calls, the same provider."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from .figures import Figures, figures
from .model import Limits
from .policies import POLICIES, Policy
from .provider import ProviderPlan
from .scenarios import Scenario, Size
from .series import Series, minute_by_minute
from .station import Station


@dataclass(frozen=True, slots=True)
class Result:
    policy: Policy
    figures: Figures
    series: Series


@dataclass(frozen=True, slots=True)
class Comparison:
    scenario: Scenario
    size: Size
    limits: Limits
    seed: int
    plan: ProviderPlan
    jobs: int  # sections in all, a flood's with them
    results: tuple[Result, ...]
    seconds: float  # of real time that it took
    cpu_seconds: float  # the same where nobody else uses the machine


def compare(
    scenario: Scenario,
    *,
    size: Size | None = None,
    limits: Limits | None = None,
    policies: Sequence[Policy] = tuple(POLICIES.values()),
    seed: int = 1,
) -> Comparison:
    begun, cpu_begun = time.perf_counter(), time.process_time()
    size, limits = size or scenario.size(), limits or Limits()
    jobs, plan = scenario.jobs(size, seed), scenario.plan(size)
    results = []
    for policy in policies:
        trace = Station(jobs, plan=plan, policy=policy, limits=limits, seed=seed).run()
        results.append(Result(policy, figures(trace, plan), minute_by_minute(trace)))
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu_begun
    return Comparison(scenario, size, limits, seed, plan, len(jobs), tuple(results), took, cpu)
