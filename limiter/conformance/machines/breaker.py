"""Calls that succeed, fail or are slow, and nothing else that limits: both breakers trip and heal alike.

The machine that drives everything seldom has a window full of calls, of which some have left it.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from limiter.gate import BreakerConfig, Outcome, Ticket, Timing, UpstreamConfig, Usage
from limiter.gate.rules import MICROSECONDS, micros

from ..pair import Pair
from .values import PICK, U

USED = Usage(10, 10)
SLOW, QUICK = Timing(2.0, 3.0), Timing(0.1, 0.2)
BREAKERS = st.builds(
    BreakerConfig,
    failures=st.sampled_from([2, 20, 20]),
    failure_rate=st.sampled_from([None, 0.4, 0.7]),
    slow_rate=st.sampled_from([None, 0.4, 0.7]),
    window=st.integers(2, 6),
    window_seconds=st.booleans(),
    minimum_calls=st.integers(1, 5),
    slow_first_token=st.just(1.0),
    heal_on_accepted=st.booleans(),
    open_seconds=st.just(10.0),
    open_max_seconds=st.just(60.0),
    probes=st.integers(1, 3),
    successes=st.integers(1, 3),
)


class OneBreaker(Pair):
    def __init__(self) -> None:
        super().__init__()
        self.leases: list[str] = []

    @initialize(breaker=BREAKERS)
    def begin(self, breaker: BreakerConfig) -> None:
        self.both("configure", UpstreamConfig(U, 1, lease_seconds=10_000.0, breaker=breaker))

    @rule(k=st.integers(1, 4))
    def calls_begin(self, k: int) -> None:
        ids = self.lease_ids(k)
        for lease in ids:
            self.both("offer", U, Ticket(f"job of {lease}", "ann", tokens=5))
        ours, _ = self.admit_both(U, k, ids)
        self.leases += [lease.id for lease in ours.leases]

    def end(self, lease: str, outcome: Outcome, slow: bool, retry_after: float = 0.0) -> None:
        timing = SLOW if slow else QUICK
        self.both("settle", U, lease, outcome, USED, retry_after=retry_after, timing=timing)

    @rule(
        pick=PICK,
        outcome=st.sampled_from([Outcome.SUCCESS, Outcome.FAILURE, *Outcome]),
        slow=st.booleans(),
        retry_after=st.sampled_from([0.0, 0.0, 25.0]),
        chance=st.floats(0, 1, exclude_max=True),
    )
    def a_call_ends(self, pick: int, outcome: Outcome, slow: bool, retry_after: float, chance: float) -> None:
        if self.leases:
            self.clock.chance = chance
            self.end(self.leases.pop(pick % len(self.leases)), outcome, slow, retry_after)

    @rule(calls=st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 2)), min_size=1, max_size=10))
    def calls_come_and_go(self, calls: list[tuple[bool, bool, int]]) -> None:
        for failed, slow, seconds in calls:
            before = len(self.leases)
            self.calls_begin(1)
            self.clock.advance(seconds * MICROSECONDS)
            if len(self.leases) > before:
                self.end(self.leases.pop(), Outcome.FAILURE if failed else Outcome.SUCCESS, slow)

    @rule(pick=PICK)
    def a_call_is_taken(self, pick: int) -> None:
        if self.leases:
            self.both("accepted", U, [self.leases[pick % len(self.leases)]])

    @rule(seconds=st.integers(1, 8))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds * MICROSECONDS)

    @rule(off_by=st.sampled_from([-1, 0, 0, 0, 1]))
    def it_may_heal(self, off_by: int) -> None:
        at = micros(self.reference.status(U).breaker_retry_at or 0.0)
        self.clock.advance(max(0, at + off_by - self.clock.now))

    @invariant()
    def they_show_the_same(self) -> None:
        self.both_stand_alike(U)
