"""A figure of the bench with its interval, by bootstrap over sentences or sections."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float
    low: float
    high: float
    of: int  # how many there were
    higher_is_better: bool = True
    unit: str = "%"

    def worse_than(self, low: float, high: float) -> bool:
        """Whether it lies outside an interval, on the bad side."""
        return self.value < low if self.higher_is_better else self.value > high


def ratio(
    name: str,
    pairs: Sequence[tuple[float, float]],
    *,
    times: float = 100.0,
    higher_is_better: bool = True,
    unit: str = "%",
) -> Figure:
    """The sum of the first over the sum of the second; each pair is one sentence or section."""
    chance = random.Random(1)  # noqa: S311 (no secret: the same figures again)
    drawn = sorted(_ratio(chance.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES)) if pairs else [0.0]
    low, high = drawn[int(0.025 * len(drawn))], drawn[int(0.975 * (len(drawn) - 1))]
    of = round(sum(below for _, below in pairs))
    return Figure(
        name,
        times * _ratio(pairs),
        times * low,
        times * high,
        of,
        higher_is_better=higher_is_better,
        unit=unit,
    )


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    above, below = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    return above / below if below else 0.0
