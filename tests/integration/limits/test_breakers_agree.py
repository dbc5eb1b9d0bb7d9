"""Breakers by name: memory and Lua give the same answers, and only probes heal them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limiter.algorithms.breakers import Permit, compile_breaker
from limiter.algorithms.breakers.memory import MemoryBreakers
from limiter.algorithms.breakers.redis import RedisBreakers
from limiter.gate.model import BreakerConfig, BreakerMode, BreakerState, Outcome, Reason

from .clocks import CLOCK_KEY, START, library_with

SECOND = 1_000_000
SPEC = compile_breaker(BreakerConfig(failures=2, open_seconds=10, open_max_seconds=40), probe_seconds=180)


@dataclass
class Both:
    client: redis.Redis
    now: int = START
    allowed: list[tuple[Permit, Permit]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client.flushdb()
        self.memory = MemoryBreakers(lambda: self.now, random=lambda: 0.5)
        self.redis = RedisBreakers(self.client, random=lambda: 0.5, library=library_with())
        self.advance(0)

    def advance(self, micros: int) -> None:
        self.now += micros
        self.client.set(CLOCK_KEY, self.now)

    def allow(self) -> Permit:
        ours, theirs = self.memory.allow("b", SPEC), self.redis.allow("b", SPEC)
        assert bool(ours.probe) == bool(theirs.probe)
        assert (ours.admitted, ours.generation, ours.reason, ours.retry_after) == (
            theirs.admitted,
            theirs.generation,
            theirs.reason,
            theirs.retry_after,
        )
        if ours.admitted:
            self.allowed.append((ours, theirs))
        return ours

    def record(self, which: int, outcome: Outcome, retry_after: float = 0.0) -> None:
        ours, theirs = self.allowed.pop(which)
        self.memory.record("b", SPEC, ours, outcome, retry_after)
        self.redis.record("b", SPEC, theirs, outcome, retry_after)
        self.state()

    def state(self) -> BreakerState:
        state = self.memory.state("b", SPEC)
        assert self.redis.state("b", SPEC) is state
        return state

    def fail(self, times: int) -> None:
        for _ in range(times):
            assert self.allow().admitted
            self.record(-1, Outcome.FAILURE)


@pytest.fixture
def both(redis_client: redis.Redis) -> Both:
    return Both(redis_client)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_both_forms_give_the_same_answers(both: Both, data: st.DataObject) -> None:
    both.allowed.clear()
    both.__post_init__()
    for _ in range(data.draw(st.integers(1, 25))):
        both.advance(data.draw(st.sampled_from([0, 1, SECOND, 10 * SECOND, 11 * SECOND, 200 * SECOND])))
        if data.draw(st.booleans()) and both.allowed:
            which = data.draw(st.integers(0, len(both.allowed) - 1))
            outcome = data.draw(st.sampled_from([Outcome.FAILURE, Outcome.SUCCESS, Outcome.REJECTED]))
            both.record(which, outcome, data.draw(st.sampled_from([0.0, 25.0])))
        else:
            both.allow()


def test_it_opens_and_names_the_moment_of_the_next_try(both: Both) -> None:
    both.fail(2)
    refused = both.allow()
    assert (refused.admitted, refused.reason) == (False, Reason.BREAKER_OPEN)
    assert refused.retry_after is not None
    both.advance(round(refused.retry_after * SECOND) - 1)
    assert not both.allow().admitted
    both.advance(1)
    assert both.allow().probe


def test_one_probe_at_a_time_however_long_it_takes(both: Both) -> None:
    both.fail(2)
    both.advance(15 * SECOND)
    assert both.allow().probe
    both.advance(179 * SECOND)
    assert both.allow().reason is Reason.BREAKER_PROBING
    both.record(-1, Outcome.SUCCESS)
    assert both.state() is BreakerState.CLOSED


def test_a_probe_of_a_dead_process_is_given_up(both: Both) -> None:
    both.fail(2)
    both.advance(15 * SECOND)
    assert both.allow().probe
    both.advance(180 * SECOND)
    assert both.allow().probe


def test_a_healthy_breaker_writes_nothing(both: Both) -> None:
    both.allow()
    both.record(-1, Outcome.SUCCESS)
    assert both.client.keys("*circuit*") == []


def test_an_operators_word_is_law(both: Both) -> None:
    shut = compile_breaker(BreakerConfig(mode=BreakerMode.FORCED_OPEN), probe_seconds=1)
    for breakers in (both.memory, both.redis):
        permit = breakers.allow("b", shut)
        assert (permit.admitted, permit.retry_after) == (False, None)
