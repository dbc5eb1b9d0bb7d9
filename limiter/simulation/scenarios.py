"""The situations that people ask about, each a workload and what the provider does meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from .model import Job, NonsenseError
from .provider import Outage, ProviderPlan, Quota
from .workload import HOUR, MINUTE, crowd, document, evenly, in_order, rising

FLOOD = 1_000  # sections of the one who floods
MOST_SECTIONS = 200_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much comes, and what the provider allows."""

    students: int
    sections: int
    quota: float = 30.0  # requests a minute that the provider really takes

    def __post_init__(self) -> None:
        if self.students < 1:
            raise NonsenseError(f"At least one student must come, not {self.students}.")
        if not self.students <= self.sections <= MOST_SECTIONS:
            raise NonsenseError(
                f"Sections must be between one for each student ({self.students}) and {MOST_SECTIONS}, "
                f"not {self.sections}."
            )


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    title: str
    story: str
    students: int
    sections: int
    workload: Callable[[Random, Size], list[Job]]
    provider: Callable[[ProviderPlan], ProviderPlan] = lambda plan: plan

    def size(self, students: int | None = None, sections: int | None = None, quota: float = 30.0) -> Size:
        """The scenario's own, but for what is given; sections follow the students in proportion."""
        if students is None:
            return Size(self.students, self.sections if sections is None else sections, quota)
        if sections is None:
            sections = max(students, round(students * self.sections / self.students))
        return Size(students, sections, quota)

    def jobs(self, size: Size, seed: int) -> list[Job]:
        return self.workload(Random(f"{self.name} {seed}"), size)  # noqa: S311  # a workload is no secret

    def plan(self, size: Size) -> ProviderPlan:
        return self.provider(ProviderPlan(quotas=(Quota(size.quota),)))


def _steady(chance: Random, size: Size) -> list[Job]:
    return crowd(chance, students=size.students, sections=size.sections, arrival=evenly(0, 2 * HOUR))


def _deadline(chance: Random, size: Size) -> list[Job]:
    return crowd(chance, students=size.students, sections=size.sections, arrival=rising(0, 3 * HOUR))


def _flood(chance: Random, size: Size) -> list[Job]:
    flood = document(
        chance, user="flood", kind="flood", course="course-0", arrives=0.0, sections=FLOOD
    )  # fmt: skip
    others = crowd(chance, students=size.students, sections=size.sections, arrival=evenly(0, 2 * HOUR))
    return in_order(flood + others)


def _herd(chance: Random, size: Size) -> list[Job]:
    """One in three comes while the provider is down, all others within two minutes of its return."""
    during, after = evenly(0, HOUR / 2), evenly(HOUR / 2, HOUR / 2 + 2 * MINUTE)

    def arrival(chance: Random) -> float:
        return (during if chance.random() < 1 / 3 else after)(chance)

    return crowd(chance, students=size.students, sections=size.sections, arrival=arrival)


def _down(start: float, end: float) -> Callable[[ProviderPlan], ProviderPlan]:
    return lambda plan: replace(plan, outages=(Outage(start * MINUTE, end * MINUTE),))


def _cut(start: float, end: float) -> Callable[[ProviderPlan], ProviderPlan]:
    """The provider halves the quota for a while, and says nothing."""

    def changed(plan: ProviderPlan) -> ProviderPlan:
        full = plan.quotas[0].per_minute
        halves = Quota(full / 2, start * MINUTE), Quota(full, end * MINUTE)
        return replace(plan, quotas=(*plan.quotas, *halves))

    return changed


SCENARIOS: Mapping[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "steady", "Steady", "An ordinary afternoon: students come evenly over two hours.",
            250, 2_500, _steady,
        ),
        Scenario(
            "deadline_night", "Deadline night",
            "Everybody hands in by midnight: over three hours ever more of them come, the most at the end.",
            500, 5_000, _deadline,
        ),
        Scenario(
            "outage", "Outage",
            "A steady afternoon; from minute 30 to 60 the provider takes no call and lets each one hang.",
            250, 2_500, _steady, _down(30, 60),
        ),
        Scenario(
            "quota_cut", "Quota cut",
            "A steady afternoon; from minute 40 to 80 the provider allows half of what it allowed, unsaid.",
            250, 2_500, _steady, _cut(40, 80),
        ),
        Scenario(
            "flood", "One floods",
            f"One student sends {FLOOD:,} sections at the start; the others come evenly over two hours.",
            100, 1_000, _flood,
        ),
        Scenario(
            "herd", "Thundering herd",
            "The provider is down for half an hour; most students come within two minutes of its return.",
            150, 1_500, _herd, _down(0, 30),
        ),
    )
}  # fmt: skip
