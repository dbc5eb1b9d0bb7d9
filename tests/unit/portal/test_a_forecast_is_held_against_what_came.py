"""The outlook's forecast on synthetic classes: learnt from three deadlines, held against the fourth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean

import pytest

from feedback.selectors.teaching.forecast import Basis, Capacity, Forecast, Past, fitted, forecast

DEADLINE = datetime(2026, 11, 6, 22, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALLS = 6.0
STUDENTS = 120

Habit = Callable[[Random], float]  # hours before the deadline at which one text comes


def in_the_last_hours(chance: Random) -> float:
    return chance.expovariate(1 / 7)


def in_the_evenings(chance: Random) -> float:
    """Deadlines are at ten in the evening: a day's texts come in its last five hours."""
    return 24 * min(int(chance.expovariate(0.9)), 9) + 5 * chance.random()


def early(chance: Random) -> float:
    return chance.triangular(2, 200, 60)


HABITS = {"in the last hours": in_the_last_hours, "in the evenings": in_the_evenings, "early": early}


@dataclass(frozen=True)
class Class:
    """Its texts by hours left, of each deadline."""

    habit: Habit
    chance: Random
    taking_part: float

    def deadline(self) -> list[float]:
        return [self.habit(self.chance) for _ in range(STUDENTS) if self.chance.random() < self.taking_part]


def a_class(name: str, seed: int) -> Class:
    return Class(HABITS[name], Random(seed), taking_part=0.7 + 0.1 * (seed % 4))


def counted(texts: list[float]) -> Mapping[int, int]:
    return Counter(min(int(left), 335) for left in texts)


def learnt(of: Class, prior: Mapping[int, float]) -> Past:
    before = [of.deadline() for _ in range(3)]
    texts = [left for deadline in before for left in deadline]
    part = len(texts) / (3 * STUDENTS)
    return Past(Basis.COURSE, fitted(counted(texts), prior), 1.0, part, CALLS)


EVENLY = dict.fromkeys(range(72), 1 / 72)


def foreseen(past: Past, came: list[float], ahead: float) -> tuple[Forecast, list[float]]:
    """The forecast so many hours before, and what came after it."""
    early = sum(left > ahead for left in came)
    rest = [left for left in came if left <= ahead]
    found = forecast(
        now=DEADLINE - ahead * HOUR, deadline=DEADLINE, to_come=STUDENTS - early, past=past,
        capacity=Capacity(100.0),
    )  # fmt: skip
    return found, rest


def furthest_apart(found: Forecast, rest: list[float]) -> float:
    """The greatest difference between the shares foreseen and those that came, up to any hour."""
    total = sum(hour.calls for hour in found.hours)
    differences, foreseen_by_then = [], 0.0
    for place, hour in enumerate(found.hours):
        foreseen_by_then += hour.calls / total
        left = len(found.hours) - 1 - place
        came_by_then = sum(each >= left for each in rest) / len(rest)
        differences.append(abs(foreseen_by_then - came_by_then))
    return max(differences)


@pytest.mark.parametrize("name", HABITS)
@pytest.mark.parametrize("ahead", [120.0, 24.0])
def test_the_calls_and_their_hours_are_what_came(name: str, ahead: float) -> None:
    """As far apart as a sample is from its distribution, 0.87 / √n in the mean (Kolmogorov), and a bit."""
    missed, apart = [], []
    for seed in range(20):
        of = a_class(name, seed)
        found, rest = foreseen(learnt(of, EVENLY), of.deadline(), ahead)
        missed.append((found.texts - len(rest)) / STUDENTS)
        if len(rest) >= 20:
            apart.append(furthest_apart(found, rest) * math.sqrt(len(rest)))
    assert abs(mean(missed)) < 0.03
    assert max(map(abs, missed)) < 0.15
    assert name == "early" or mean(apart) < 1.3


@pytest.mark.parametrize("name", ["in the last hours", "in the evenings"])
def test_the_busiest_hour_is_as_busy_as_it_was(name: str) -> None:
    ratios = []
    for seed in range(20):
        of = a_class(name, seed)
        found, rest = foreseen(learnt(of, EVENLY), of.deadline(), 48.0)
        ratios.append(found.busiest.calls / CALLS / max(Counter(map(int, rest)).values()))
    assert 0.75 < mean(ratios) < 1.15


@pytest.mark.parametrize("name", ["in the evenings", "early"])
def test_what_was_learnt_is_nearer_than_what_would_be_assumed(name: str) -> None:
    """The assumption is half of the class in the last six hours."""
    assumed = {hour: math.exp(-hour / 8) for hour in range(72)}
    learnt_apart, assumed_apart = [], []
    for seed in range(20):
        of = a_class(name, seed)
        past, came = learnt(of, EVENLY), of.deadline()
        learnt_apart.append(furthest_apart(*foreseen(past, came, 120.0)))
        assumed_apart.append(furthest_apart(*foreseen(Past(Basis.ASSUMED, assumed), came, 120.0)))
    assert mean(learnt_apart) < mean(assumed_apart) / 2


@pytest.mark.parametrize("texts", [0, 1, 20, 400])
def test_a_fit_is_a_distribution_whatever_was_counted(texts: int) -> None:
    counts = counted([early(Random(number)) for number in range(texts)])
    assert sum(fitted(counts, EVENLY).values()) == pytest.approx(1)


def test_near_the_deadline_those_that_never_hand_in_are_not_waited_for() -> None:
    past = Past(Basis.COURSE, {0: 0.5, 100: 0.5}, 1.0, 0.8, CALLS)
    far = forecast(
        now=DEADLINE - 200 * HOUR, deadline=DEADLINE, to_come=100, past=past, capacity=Capacity(None)
    )
    near = forecast(now=DEADLINE - HOUR, deadline=DEADLINE, to_come=60, past=past, capacity=Capacity(None))
    assert far.expected == pytest.approx(80)
    assert near.expected == pytest.approx(40)
