"""The algorithms, what each is able to do, and what a limit answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

MICROSECONDS = 1_000_000


class Algorithm(StrEnum):
    FIXED_WINDOW = "fixed_window"  # so many in each clock minute
    SLIDING_LOG = "sliding_log"  # so many in any minute at all, each remembered
    SLIDING_COUNTER = "sliding_counter"  # the same, estimated from two counts
    TOKEN_BUCKET = "token_bucket"  # noqa: S105 - a burst, then a steady rate
    LEAKY_BUCKET = "leaky_bucket"  # a steady pace (GCRA)
    ADAPTIVE = "adaptive"  # a token bucket with a rate that is set while it runs


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be built on an algorithm."""

    refund: bool  # what was taken can be given back
    debt: bool  # more than was free can be charged, and delays what comes after until it is paid off
    forecast: bool  # its level at a later moment follows from its level now and what is to be corrected


ABILITIES = {
    # A window's end forgives what was spent beyond its limit.
    Algorithm.FIXED_WINDOW: Abilities(refund=True, debt=False, forecast=True),
    # Which entry a refund undoes is not known any more.
    Algorithm.SLIDING_LOG: Abilities(refund=False, debt=True, forecast=False),
    Algorithm.SLIDING_COUNTER: Abilities(refund=False, debt=True, forecast=False),
    Algorithm.TOKEN_BUCKET: Abilities(refund=True, debt=True, forecast=True),
    Algorithm.LEAKY_BUCKET: Abilities(refund=True, debt=True, forecast=True),
    Algorithm.ADAPTIVE: Abilities(refund=True, debt=True, forecast=True),
}


class Unable(ValueError):
    """This algorithm cannot do that, or never could for so much."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a limit says to a cost. Durations are whole microseconds from the moment of the decision."""

    allowed: bool
    wait: int  # until this cost is free; 0: it is, or was and has been taken
    remaining: int  # units that are free now
    next_free: int  # until one unit is free
    rest: int  # until all is free, if nothing more is spent
    rate: float = 1.0  # share of the rule's rate at which it refills

    @property
    def retry_after(self) -> float:
        """Seconds until the same would be allowed, if no other call comes first. Exact to the microsecond."""
        return self.wait / MICROSECONDS


@dataclass(frozen=True, slots=True)
class Turn:
    """What a limit says to a cost behind all that wait for it."""

    verdict: Verdict  # as if nobody were ahead
    ahead: int  # those that wait before this one

    @property
    def taken(self) -> bool:
        return self.verdict.allowed and self.ahead == 0

    @property
    def answer(self) -> Verdict:
        """What it comes to: with others ahead nothing is free for this one."""
        if self.taken or not self.verdict.allowed:
            return self.verdict
        return replace(self.verdict, allowed=False, wait=max(1, self.verdict.wait))
