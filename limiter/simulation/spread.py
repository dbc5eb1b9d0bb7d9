"""What many numbers come to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 95th percentile by nearest rank: values that really occurred. None where there is none."""

    count: int
    p50: float | None
    p95: float | None
    mean: float | None


def spread(values: Iterable[float]) -> Spread:
    ordered = sorted(values)
    if not ordered:
        return Spread(0, None, None, None)
    return Spread(len(ordered), _rank(ordered, 0.50), _rank(ordered, 0.95), math.fsum(ordered) / len(ordered))


def _rank(ordered: list[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1]
