"""A few small limits, most of the time reached, and nothing else: both gates measure them alike.

The machine that drives everything seldom stands at the moment at which a limit lets the next one through.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
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
from limiter.gate.rules import DAY, micros
from tests.integration.gate.clockwork import MICROSECONDS, without_epoch
from tests.integration.gate.driven import Driven
from tests.integration.gate.test_both_gates_agree import works

U = "bedrock"
PICK = st.integers(0, 1_000)
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


class FewLimits(Driven):
    def __init__(self) -> None:
        super().__init__()
        self.leases: list[str] = []
        self.version = 0
        self.retry_at = 0

    @initialize(limits=LIMITS)
    def begin(self, limits: UpstreamConfig) -> None:
        self.limits_change(limits)
        self.work.advance(60 * MICROSECONDS)  # they begin as if spent

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
        self.work.advance(max(0, self.retry_at + off_by - self.work.now))
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
        self.work.advance(pause)

    @rule(seconds=st.integers(1, 59))
    def a_day_is_almost_over(self, seconds: int) -> None:
        """What a window of a day waits for may be nearer than what one of a minute does."""
        left = DAY - self.work.now % DAY - seconds * MICROSECONDS
        self.work.advance(max(0, left))

    @invariant()
    def both_stand_alike(self) -> None:
        ours, theirs = self.work.memory.status(U), self.work.redis.status(U)
        assert without_epoch(ours) == without_epoch(theirs)


def test_the_estimates_of_a_deep_queue_are_alike_to_the_microsecond() -> None:
    both = FewLimits()
    both.begin(UpstreamConfig(U, 1, tokens_per_minute=101, tokens_burst=50))
    for number in range(150):
        both.both("offer", U, Ticket(f"job {number}", "ann", tokens=35))


TestBothGatesMeterAlike = FewLimits.TestCase
if settings.get_current_profile_name() == "long":
    TestBothGatesMeterAlike.settings = settings(max_examples=1_000)
