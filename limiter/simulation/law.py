"""Little's law: how many slots a rate needs, and what rate so many slots carry."""

from __future__ import annotations

from dataclasses import dataclass

from .workload import LONGEST_CALL, MINUTE, SHORTEST_CALL

MEAN_CALL = (SHORTEST_CALL + LONGEST_CALL) / 2


@dataclass(frozen=True, slots=True)
class Slots:
    """Calls in flight that a rate comes to: L = λ W (J. D. C. Little, Operations Research 9, 1961)."""

    per_minute: float
    fewest: float  # were all calls short
    mean: float
    most: float  # were all calls long


def slots_for(per_minute: float) -> Slots:
    return Slots(
        per_minute,
        per_minute * SHORTEST_CALL / MINUTE,
        per_minute * MEAN_CALL / MINUTE,
        per_minute * LONGEST_CALL / MINUTE,
    )


def pace_of(slots: int) -> float:
    """The calls a minute that so many slots can carry."""
    return slots * MINUTE / MEAN_CALL


def in_words(slots: Slots) -> str:
    return (
        f"{slots.per_minute:g} a minute × {MEAN_CALL:g} s = {slots.mean:.1f} calls in flight"
        f" ({slots.fewest:.0f} to {slots.most:.0f} for calls of {SHORTEST_CALL:g} to {LONGEST_CALL:g} s)"
    )
