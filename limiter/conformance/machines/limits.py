"""A few small limits, most of the time reached, and nothing else: both gates measure them alike.

The machine that drives everything seldom stands at the moment at which a limit lets the next one through.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from limiter.algorithms.limits import Algorithm
from limiter.gate import (
    BreakerConfig,
    BreakerMode,
    FlowPolicy,
    Outcome,
    Refund,
    Ticket,
    UpstreamConfig,
    Usage,
)
from limiter.gate.rules import DAY, MICROSECONDS, micros

from ..pair import Pair
from .values import PICK, U, works

ALGORITHMS = st.sampled_from(Algorithm)
LIMITS = st.builds(
    UpstreamConfig,
    name=st.just(U),
    version=st.just(0),
    requests_per_minute=st.sampled_from([None, 2.0, 5.0, 7.0]),
    burst=st.sampled_from([1.0, 2.5, 5.0]),
    requests_algorithm=ALGORITHMS,
    tokens_per_minute=st.sampled_from([None, 60, 101]),
    tokens_burst=st.sampled_from([None, 50]),
    tokens_algorithm=ALGORITHMS,
    tokens_per_day=st.sampled_from([None, 150]),
    day_algorithm=ALGORITHMS,
    multiplier=st.sampled_from([1.0, 1.5]),
    burndown=st.sampled_from([1.0, 5.0]),
    refund=st.sampled_from(Refund),
    lease_seconds=st.just(10.0**6),
    breaker=st.just(BreakerConfig(mode=BreakerMode.DISABLED)),
).filter(works)
POLICIES = st.builds(
    FlowPolicy,
    version=st.just(0),
    weight=st.sampled_from([1.0, 3.0]),
    requests_per_minute=st.sampled_from([None, 2.0, 3.0]),
    burst=st.sampled_from([1.0, 2.0]),
    requests_algorithm=ALGORITHMS,
    tokens_per_day=st.sampled_from([None, 100, 120]),
    tokens_algorithm=ALGORITHMS,
).filter(works)
FLOWS = st.sampled_from(["ann", "ben"])


class FewLimits(Pair):
    def __init__(self) -> None:
        super().__init__()
        self.leases: list[str] = []
        self.version = 0
        self.retry_at = 0

    @initialize(limits=LIMITS)
    def begin(self, limits: UpstreamConfig) -> None:
        self.limits_change(limits)
        self.clock.advance(60 * MICROSECONDS)  # they begin as if spent

    @rule(limits=LIMITS)
    def limits_change(self, limits: UpstreamConfig) -> None:
        self.version += 1
        self.both("configure", replace(limits, version=self.version))

    @rule(flow=FLOWS, policy=POLICIES)
    def a_policy_changes(self, flow: str, policy: FlowPolicy) -> None:
        self.version += 1
        self.both("set_policies", U, flows={flow: replace(policy, version=self.version)}, groups={})

    @rule(flow=FLOWS, k=st.integers(1, 4), tokens=st.integers(0, 40), output=st.sampled_from([0, 7]))
    def calls_begin(self, flow: str, k: int, tokens: int, output: int) -> None:
        ids = self.lease_ids(k)
        for lease in ids:
            self.both("offer", U, Ticket(f"job of {lease}", flow, tokens=tokens, output=output))
        self.ask(ids)

    @rule(k=st.integers(1, 4))
    def ask_again(self, k: int) -> None:
        self.ask(self.lease_ids(k))

    @rule(off_by=st.sampled_from([-1, 0, 0, 0, 1]), k=st.integers(1, 2))
    def the_moment_comes(self, off_by: int, k: int) -> None:
        self.clock.advance(max(0, self.retry_at + off_by - self.clock.now))
        self.ask(self.lease_ids(k))

    def ask(self, ids: list[str]) -> None:
        ours, _ = self.admit_both(U, len(ids), ids)
        self.leases += [lease.id for lease in ours.leases]
        self.retry_at = micros(ours.retry_at or 0.0)

    @rule(
        pick=PICK,
        outcome=st.sampled_from([Outcome.SUCCESS, Outcome.RETURNED, *Outcome]),
        usage=st.none() | st.builds(Usage, input_tokens=st.integers(0, 60), output_tokens=st.integers(0, 9)),
    )
    def a_call_ends(self, pick: int, outcome: Outcome, usage: Usage | None) -> None:
        if self.leases and outcome is not Outcome.EXHAUSTED:  # that stops everything for a day
            self.both("settle", U, self.leases.pop(pick % len(self.leases)), outcome, usage)

    @rule(pause=st.one_of(st.integers(0, 90 * MICROSECONDS), st.sampled_from([60 * MICROSECONDS, DAY // 4])))
    def time_passes(self, pause: int) -> None:
        self.clock.advance(pause)

    @rule(seconds=st.integers(1, 59))
    def a_day_is_almost_over(self, seconds: int) -> None:
        """What a window of a day waits for may be nearer than what one of a minute does."""
        left = DAY - self.clock.now % DAY - seconds * MICROSECONDS
        self.clock.advance(max(0, left))

    @invariant()
    def they_show_the_same(self) -> None:
        self.both_stand_alike(U)
