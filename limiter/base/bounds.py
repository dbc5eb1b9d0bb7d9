"""Numbers that come from outside: clamped where a service wrote them, refused where a caller did."""

from __future__ import annotations

import math
from collections.abc import Mapping

LONGEST_WAIT = 86_400.0  # seconds: a day's quota is the longest that anything waits for
MOST_UNITS = 10**9  # of a cost, or tokens of one call

# What a job may tell the gate in numbers, and between which; the gate itself tells fewer priorities apart.
NUMBERS: Mapping[str, tuple[int, int]] = {
    "gate_priority": (-(2**15), 2**15 - 1),
    "gate_tokens": (0, MOST_UNITS),
    "gate_output": (0, MOST_UNITS),
}


def wait(seconds: float) -> float:
    """Seconds that a service asks for, or that something took; what is no number is none."""
    return _clamped(seconds, LONGEST_WAIT)


def tokens(count: float) -> int:
    """Tokens that a service counted; what is no number is none."""
    return int(_clamped(count, MOST_UNITS))


def whole(name: str, value: object, least: int, most: int) -> int:
    """A caller's whole number. Raises ValueError with its name and what is expected."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} is {value!r}: expected a whole number from {least} to {most}.")
    return value


def duration(name: str, value: object, most: float = LONGEST_WAIT) -> float:
    """A caller's seconds. Raises ValueError with its name and what is expected."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError(f"{name} is {value!r}: expected seconds from 0 to {most:g}.")
    return float(value)


def share(name: str, value: object) -> float:
    """A caller's share of a rate. Raises ValueError with its name and what is expected."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_UNITS:
        raise ValueError(f"{name} is {value!r}: expected a number of 0 or more.")
    return float(value)


def read(text: object, least: int, most: int) -> int:
    """A number that stands in a job's hash, as the functions in Redis read it: nonsense is 0."""
    try:
        number = float(str(text or 0))
    except ValueError:
        number = 0.0
    return 0 if math.isnan(number) else math.floor(max(least, min(most, number)))


def _clamped(value: float, most: float) -> float:
    return 0.0 if math.isnan(value) else min(max(value, 0.0), most)
