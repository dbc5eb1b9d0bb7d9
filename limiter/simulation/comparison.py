"""Several policies on one scenario, side by side: the same jobs, the same calls, the same provider."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from .figures import Figures, figures
from .model import Job, Limits
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
    cpu_seconds: float  # of processors' time, over all processes


def compare(
    scenario: Scenario,
    *,
    size: Size | None = None,
    limits: Limits | None = None,
    policies: Sequence[Policy] = tuple(POLICIES.values()),
    seed: int = 1,
    at_once: int = 1,
) -> Comparison:
    """Play the scenario under each policy, `at_once` of them, each in a process of its own.

    The figures are the same however many that are.
    """
    begun, cpu_begun = time.perf_counter(), time.process_time()
    size, limits = size or scenario.size(), limits or Limits()
    jobs, plan = scenario.jobs(size, seed), scenario.plan(size)
    play = partial(_play, jobs=jobs, plan=plan, limits=limits, seed=seed)
    results, elsewhere = _spread(play, policies, min(at_once, len(policies)))
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu_begun + elsewhere
    return Comparison(scenario, size, limits, seed, plan, len(jobs), tuple(results), took, cpu)


def _play(
    policy: Policy, *, jobs: Sequence[Job], plan: ProviderPlan, limits: Limits, seed: int
) -> tuple[Result, float]:
    """What came of it, and the seconds of CPU that it took."""
    begun = time.process_time()
    trace = Station(jobs, plan=plan, policy=policy, limits=limits, seed=seed).run()
    result = Result(policy, figures(trace, plan), minute_by_minute(trace))
    return result, time.process_time() - begun


def _spread(
    play: partial[tuple[Result, float]], policies: Sequence[Policy], at_once: int
) -> tuple[list[Result], float]:
    """The results in order, and the seconds of CPU that other processes spent on them."""
    if at_once < 2:
        return [play(policy)[0] for policy in policies], 0.0
    # Started anew, not forked: the caller may hold threads and connections.
    with ProcessPoolExecutor(at_once, mp_context=multiprocessing.get_context("spawn")) as pool:
        played = list(pool.map(play, policies))
    return [result for result, _ in played], sum(cpu for _, cpu in played)
