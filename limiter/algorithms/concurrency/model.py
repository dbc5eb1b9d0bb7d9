"""The rule of a concurrency limit, and what it answers to one that asks."""

from __future__ import annotations

from dataclasses import dataclass

from limiter.algorithms.limits.model import MICROSECONDS
from limiter.base import bounds

LEASE_SECONDS = 30.0
SHORTEST_LEASE = 1.0  # it is renewed every third of it, by a machine that may be busy
MOST = 10**6


@dataclass(frozen=True, slots=True)
class ConcurrencyRule:
    most: int  # leases at once
    lease: int = int(LEASE_SECONDS * MICROSECONDS)  # that is not renewed, in microseconds


@dataclass(frozen=True, slots=True)
class Answer:
    held: bool
    in_force: int  # leases
    ahead: int  # those that wait before this one
    next_end: int | None  # microseconds until the next lease ends if it is not renewed; None: there is none


def compile_concurrency(most: object, lease_seconds: object = LEASE_SECONDS) -> ConcurrencyRule:
    """Raise ValueError where a value could never work."""
    seconds = bounds.duration("lease_seconds", lease_seconds)
    if seconds < SHORTEST_LEASE:
        raise ValueError(f"lease_seconds is {lease_seconds!r}: expected at least {SHORTEST_LEASE:g} second.")
    return ConcurrencyRule(bounds.whole("most", most, 1, MOST), round(seconds * MICROSECONDS))
