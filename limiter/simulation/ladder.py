"""The table of expected performance: one backlog and one outage on each rung."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from .figures import Figures, figures
from .law import pace_of
from .model import Job, Limits
from .policies import POLICIES, Policy
from .provider import Outage, ProviderPlan, Quota
from .station import Station
from .workload import MINUTE, crowd, evenly

RATE = 30.0  # a minute, the operator's limit and, but for one rung, the provider's quota
RAISED = 80.0  # what the provider allows there, unsaid
ENOUGH, FOR_RAISED = 90, 240  # slots: all calls of one rate could be long ones
DOWN = Outage(5 * MINUTE, 25 * MINUTE)
STUDENTS, SECTIONS = 60, 900
FEW = 45  # sections for a pool of three, or its table would take a virtual day
EXPECTED = "30 a minute, all succeed, 70 to 180 s a call"


@dataclass(frozen=True, slots=True)
class Rung:
    number: str
    title: str
    expected: str
    policy: Policy
    limits: Limits
    sections: int = SECTIONS
    quota: float = RATE  # requests a minute that the provider takes


@dataclass(frozen=True, slots=True)
class Step:
    """One rung, measured."""

    rung: Rung
    healthy: Figures
    outage: Figures


@dataclass(frozen=True, slots=True)
class Ladder:
    steps: tuple[Step, ...]
    seed: int
    seconds: float  # of real time that it took


RUNGS: Sequence[Rung] = (
    Rung(
        "1", "Request manager, pool of 3", f"{EXPECTED}; but 3 slots carry {pace_of(3):.1f}",
        POLICIES["bucket"], Limits(RATE, burst=3, slots=3, processes=1), FEW,
    ),
    Rung(
        "1", f"Request manager, {ENOUGH} slots", EXPECTED,
        POLICIES["bucket"], Limits(RATE, slots=ENOUGH, processes=1),
    ),
    Rung(
        "2", "Task queue, 2 servers with 30 each", "the limit is not shared between servers",
        POLICIES["per_process"], Limits(RATE, slots=ENOUGH, processes=2),
    ),
    Rung(
        "2", "Task queue, 2 servers with 15 each", EXPECTED,
        POLICIES["per_process"], Limits(RATE / 2, slots=ENOUGH, processes=2),
    ),
    Rung(
        "3", "Shared bucket and breaker", "the same, failures end in under 1 s",
        POLICIES["fair"], Limits(RATE, slots=ENOUGH),
    ),
    Rung(
        "3", "+ adaptive rate, the quota as expected", "the same, under 1 % throttled",
        POLICIES["adaptive"], Limits(RATE, slots=FOR_RAISED),
    ),
    Rung(
        "3", "+ adaptive rate, the quota allows more", "45 to 80 a minute, under 1 % throttled",
        POLICIES["adaptive"], Limits(RATE, slots=FOR_RAISED), quota=RAISED,
    ),
)  # fmt: skip


def climb(*, seed: int = 1) -> Ladder:
    begun = time.perf_counter()
    steps = tuple(_step(rung, seed) for rung in RUNGS)
    return Ladder(steps, seed, time.perf_counter() - begun)


def _step(rung: Rung, seed: int) -> Step:
    jobs = _backlog(rung, seed)
    healthy = ProviderPlan(quotas=(Quota(rung.quota),))
    return Step(rung, _measure(rung, jobs, healthy, seed), _measure(rung, jobs, _with_outage(healthy), seed))


def _measure(rung: Rung, jobs: Sequence[Job], plan: ProviderPlan, seed: int) -> Figures:
    trace = Station(jobs, plan=plan, policy=rung.policy, limits=rung.limits, seed=seed).run()
    return figures(trace, plan)


def _backlog(rung: Rung, seed: int) -> list[Job]:
    """Everything is in line from the start: what holds the work back is the rung alone."""
    students = min(STUDENTS, rung.sections)
    chance = Random(f"ladder {seed}")  # noqa: S311  # a workload is no secret
    return crowd(chance, students=students, sections=rung.sections, arrival=evenly(0, 0))


def _with_outage(plan: ProviderPlan) -> ProviderPlan:
    return replace(plan, outages=(DOWN,))
