"""How evenly some are served, in one figure: for metrics, and for the simulation's reports."""

from __future__ import annotations

from collections.abc import Sequence


def jain(values: Sequence[float]) -> float | None:
    """Jain's index: 1 where all have the same, 1/n where one has everything. None: all have nothing.

    R. Jain, D. Chiu, W. Hawe: A Quantitative Measure of Fairness, DEC TR-301, 1984.
    """
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / (len(values) * squares) if squares else None
