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
from .provider import Outage, ProviderPlan
from .station import Station
from .workload import MINUTE, crowd, evenly

RATE = 30.0  # a minute, the operator's limit and the provider's quota alike
ENOUGH = 90  # slots: all calls of one rate could be long ones
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


@dataclass(frozen=True, slots=True)
class Step:
    """One rung, measured."""

    rung: Rung
    healthy: Figures
    outage: Figures


@dataclass(frozen=True, slots=True)
class Ladder:
    steps: tuple[Step, ...]
    missing: tuple[tuple[str, str, str], ...]  # rung, title, why it is not simulated
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
)  # fmt: skip
MISSING = (
    (
        "3", "+ adaptive rate",
        "45 to 80 a minute, under 1 % throttled; not simulated: this gate's rate does not tune itself yet",
    ),
)  # fmt: skip


def climb(*, seed: int = 1) -> Ladder:
    begun = time.perf_counter()
    steps = tuple(_step(rung, seed) for rung in RUNGS)
    return Ladder(steps, MISSING, seed, time.perf_counter() - begun)


def _step(rung: Rung, seed: int) -> Step:
    jobs = _backlog(rung, seed)
    healthy = ProviderPlan()
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
