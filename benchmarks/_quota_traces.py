"""Traces of a hidden quota: two written by hand, as many as wanted drawn by seed.

A trace is a list of stages. Each says how much of the base it allows and how many phases it lasts; all begin
with the base, for which everybody is configured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

DIP = 0.1  # of the base: below it a stage is a dip, in which there is nothing to use
STAGES = 5  # of a drawn trace, after the first
RANGE = 2.5  # a drawn quota lies between the base divided by this and multiplied by it
LEAST = 1.2  # times or one by so many: a change that is one


@dataclass(frozen=True, slots=True)
class Stage:
    share: float  # of the base
    length: float = 1.0  # in phases


@dataclass(frozen=True, slots=True)
class QuotaTrace:
    name: str
    stages: tuple[Stage, ...]


HALVES = QuotaTrace(
    "halves", (Stage(1), Stage(0.5), Stage(1), Stage(2), Stage(0.02, 0.25), Stage(1))
)  # it halves, comes back, doubles, dips to next to nothing, and comes back
STEPS = QuotaTrace(
    "steps", (Stage(1), Stage(0.8), Stage(0.6), Stage(0.8), Stage(1.1), Stage(1.5))
)  # never by much


def drawn(seed: int) -> QuotaTrace:
    """Quotas that differ by chance, evenly in their logarithm; a third of them come after a dip."""
    chance, stages = Random(seed), [Stage(1.0)]
    while len(stages) <= STAGES:
        share = RANGE ** chance.uniform(-1, 1)
        if abs(math.log(share / stages[-1].share)) < math.log(LEAST):
            continue
        if chance.random() < 1 / 3 and stages[-1].share > DIP:
            stages.append(Stage(0.02, 0.25))
        stages.append(Stage(share, chance.uniform(0.5, 1.5)))
    return QuotaTrace(f"seed {seed}", tuple(stages))


KEPT = (1, 2, 3)  # seeds of those that are shown; the law was found on others


def traces(name: str, seeds: list[int]) -> list[QuotaTrace]:
    """The five that are shown, or one of them, or those of these seeds."""
    by_hand = {"halves": [HALVES], "steps": [STEPS], "drawn": []}
    if name == "all" and not seeds:
        return [HALVES, STEPS, *(drawn(seed) for seed in KEPT)]
    return [*by_hand.get(name, []), *(drawn(seed) for seed in seeds or (KEPT if name == "drawn" else ()))]
