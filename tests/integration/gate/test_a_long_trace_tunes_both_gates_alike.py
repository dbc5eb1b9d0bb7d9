"""Hundreds of answers of a provider with a quota that comes and goes: every stage of a law, in both gates."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
import redis

from limiter.algorithms.limits import Algorithm
from limiter.algorithms.limits.memory.buckets import TokenBucket
from limiter.algorithms.limits.rules import LimitRule, compile_rule
from limiter.conformance.pair import without_epoch
from limiter.gate import ControlConfig, Law, Outcome, Quota, Ticket, UpstreamConfig
from limiter.gate.rules import micros
from tests.integration.gate.clockwork import Clockwork

U = "bedrock"
QUOTAS = [(60, 60), (20, 40), (240, 120), (1, 20), (60, 60)]  # calls a minute, and how many are made under it


class Trace:
    def __init__(self, client: redis.Redis, config: UpstreamConfig) -> None:
        self.work, self.numbers, self.bucket = Clockwork(client), count(), TokenBucket()
        for gate in (self.work.memory, self.work.redis):
            gate.configure(config)

    def run(self, quota: int, calls: int) -> None:
        allowed = compile_rule("token_bucket", f"{quota}/m", max(1.0, quota / 6))
        for _ in range(calls):
            self._call(allowed)

    def _call(self, allowed: LimitRule) -> None:
        gates, number = (self.work.memory, self.work.redis), next(self.numbers)
        for gate in gates:
            gate.offer(U, Ticket(f"job{number}", "ann", tokens=400, output=20 * (number % 3)))
            gate.offer(U, Ticket(f"next{number}", "ann", tokens=400))  # there is always more than may run
        ours, theirs = [each.admit(U, 2, ids=[f"{number}.a", f"{number}.b"]) for each in gates]
        assert [lease.id for lease in ours.leases] == [lease.id for lease in theirs.leases]
        for lease in ours.leases:
            taken = not self.bucket.wait(allowed, self.work.now, 1)
            self.bucket.spend(allowed, self.work.now, int(taken))
            for gate in gates:
                if taken:
                    gate.accepted(U, [lease.id])
                gate.settle(
                    U, lease.id, Outcome.SUCCESS if taken else Outcome.THROTTLED, quota=Quota.REQUESTS
                )
        assert ours.retry_at == theirs.retry_at
        self.work.advance(max(1, micros(ours.retry_at or 0.0) - self.work.now))

    def queue(self, quota: int, calls: int) -> None:
        """One call at a time: each is accepted after its wait, one second where nothing is before it."""
        gates, allowed = (self.work.memory, self.work.redis), compile_rule("token_bucket", f"{quota}/m", 1.0)
        for number in range(calls):
            for gate in gates:
                gate.offer(U, Ticket(f"job{number}", "ann", tokens=1))
                gate.offer(U, Ticket(f"next{number}", "ann", tokens=1))
            ours, theirs = [each.admit(U, 2, ids=[f"{number}.a", f"{number}.b"]) for each in gates]
            assert ours.retry_at == theirs.retry_at
            for lease in ours.leases:
                wait = self.bucket.wait(allowed, self.work.now, 1)
                self.bucket.spend(allowed, self.work.now, 1)
                self.work.advance(1_000_000 + 4 * wait)
                for gate in gates:
                    gate.accepted(U, [lease.id])
                    gate.settle(U, lease.id, Outcome.SUCCESS)
            self.work.advance(max(1, micros(ours.retry_at or 0.0) - self.work.now))

    def outcome(self) -> None:
        memory, shared = self.work.memory, self.work.redis
        assert without_epoch(memory.status(U)) == without_epoch(shared.status(U))
        moves = [replace(each, epoch="") for each in memory.events(U, 0)]
        assert moves == [replace(each, epoch="") for each in shared.events(U, 0)]
        assert {each.reason for each in moves} == {"accepted", "throttled"}
        assert len(moves) > 20


@pytest.mark.parametrize("law", Law)
def test_both_gates_tune_alike(law: Law, redis_client: redis.Redis) -> None:
    control = ControlConfig(law=law, floor=0.02, raise_after=5, period_seconds=3, recovery_seconds=2)
    trace = Trace(
        redis_client,
        UpstreamConfig(
            U, 1, requests_per_minute=60, burst=2, requests_algorithm=Algorithm.ADAPTIVE, control=control
        ),
    )
    for quota, calls in QUOTAS:
        trace.run(quota, calls)
    trace.outcome()


@pytest.mark.parametrize("law", Law)
def test_both_gates_notice_a_queue_alike(law: Law, redis_client: redis.Redis) -> None:
    """Nothing is refused; what is beyond thirty a minute waits longer and longer for its first event."""
    control = ControlConfig(
        law=law, floor=0.02, raise_after=5, period_seconds=3, recovery_seconds=5, late_after=4
    )
    trace = Trace(
        redis_client,
        UpstreamConfig(U, 1, requests_per_minute=60, requests_algorithm=Algorithm.ADAPTIVE, control=control),
    )
    trace.queue(quota=30, calls=150)
    memory, shared = trace.work.memory, trace.work.redis
    assert without_epoch(memory.status(U)) == without_epoch(shared.status(U))
    moves = [replace(each, epoch="") for each in memory.events(U, 0)]
    assert moves == [replace(each, epoch="") for each in shared.events(U, 0)]
    assert {each.reason for each in moves} == {"accepted", "late"}
    assert sum(each.reason == "late" for each in moves) > 5
