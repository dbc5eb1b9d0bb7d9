"""One state machine drives both forms of a concurrency limit, and of a wait for a limit, and compares every
answer; whatever happens, no more than allowed hold a lease at once, and those that wait go in their order."""

from __future__ import annotations

import os
from itertools import count

import pytest
import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from limiter.algorithms.concurrency import ConcurrencyRule
from limiter.algorithms.concurrency.memory import MemoryConcurrency
from limiter.algorithms.concurrency.redis import RedisConcurrency
from limiter.algorithms.limits import compile_rule
from limiter.algorithms.limits.memory import MemoryLimits
from limiter.algorithms.limits.redis import RedisLimits
from limiter.algorithms.lines import PATIENCE

from .clocks import CLOCK_KEY, START, library_with

SECOND = 1_000_000
KEY = "k"
LEASE = 30 * SECOND
RULES = [ConcurrencyRule(2, LEASE), ConcurrencyRule(1, LEASE), ConcurrencyRule(3, LEASE)]
PICK = st.integers(0, 100)
PAUSES = st.sampled_from([0, 1, SECOND, PATIENCE - 1, PATIENCE, LEASE - SECOND, LEASE])
LIMIT = compile_rule("token_bucket", "6/m", 2)


class Clocked(RuleBasedStateMachine):
    """Both forms on one clock, and a number for each that asks."""

    fault = ""

    def __init__(self) -> None:
        super().__init__()
        self.client = redis.Redis.from_url(os.environ["REDIS_URL"])
        self.client.flushdb()
        self.now = START
        self.numbers = count()
        self.advance(0)

    def teardown(self) -> None:
        self.client.flushdb()
        self.client.close()

    @rule(micros=PAUSES)
    def advance(self, micros: int) -> None:
        self.now += micros
        self.client.set(CLOCK_KEY, self.now)

    def new_id(self) -> str:
        return f"id{next(self.numbers)}"


class BothConcurrencies(Clocked):
    def __init__(self) -> None:
        super().__init__()
        self.memory = MemoryConcurrency(lambda: self.now)
        self.redis = RedisConcurrency(self.client, prefix="both", library=library_with(self.fault))
        self.known: list[str] = []  # everybody that ever asked
        self.line: list[str] = []  # that wait, as they came
        self.heard: dict[str, int] = {}
        self.ends: dict[str, int] = {}

    def ask(self, id: str, which: ConcurrencyRule, *, waits: bool) -> None:
        ours = self.memory.take(which, KEY, id, waits=waits)
        assert self.redis.take(which, KEY, id, waits=waits) == ours
        self.settle()
        first = [each for each in self.line if each != id]
        if ours.held:
            held_before = self.ends.pop(id, None) is not None
            assert held_before or id not in self.line or self.line.index(id) < which.most
            assert held_before or len(self.ends) < which.most, "more than may at once"
            assert held_before or id in self.line or len(first) + len(self.ends) < which.most
            self.ends[id] = self.now + which.lease
            self.leave(id)
        elif waits:
            if id not in self.line:
                self.line.append(id)
            self.heard[id] = self.now + PATIENCE

    def settle(self) -> None:
        """Forget what the clock has ended."""
        self.ends = {id: end for id, end in self.ends.items() if end > self.now}
        self.line = [id for id in self.line if self.heard[id] > self.now]

    def leave(self, id: str) -> None:
        if id in self.line:
            self.line.remove(id)

    @rule(which=st.sampled_from(RULES), waits=st.booleans())
    def somebody_asks(self, which: ConcurrencyRule, waits: bool) -> None:
        self.known.append(self.new_id())
        self.ask(self.known[-1], which, waits=waits)

    @rule(pick=PICK, which=st.sampled_from(RULES))
    def one_that_is_known_asks_again(self, pick: int, which: ConcurrencyRule) -> None:
        if self.known:
            self.ask(self.known[pick % len(self.known)], which, waits=True)

    @rule(pick=PICK)
    def one_gives_up(self, pick: int) -> None:
        if self.known:
            id = self.known[pick % len(self.known)]
            ours = self.memory.give_back(RULES[0], KEY, id)
            assert self.redis.give_back(RULES[0], KEY, id) == ours
            self.settle()
            assert ours == (id in self.ends or id in self.line)
            self.ends.pop(id, None)
            self.leave(id)

    @rule(picks=st.lists(PICK, min_size=1, max_size=4), which=st.sampled_from(RULES))
    def some_renew(self, picks: list[int], which: ConcurrencyRule) -> None:
        ids = list(dict.fromkeys(self.known[pick % len(self.known)] for pick in picks if self.known))
        lost = self.memory.renew(which, KEY, ids)
        assert self.redis.renew(which, KEY, ids) == lost
        self.settle()
        assert not lost & set(self.ends), "a lease in force is never lost"
        self.ends |= {id: self.now + which.lease for id in ids if id not in lost}

    @invariant()
    def the_state_is_the_same(self) -> None:
        assert self.redis.state(KEY) == self.memory.state(KEY)


class BothLimits(Clocked):
    def __init__(self) -> None:
        super().__init__()
        self.memory = MemoryLimits(lambda: self.now)
        self.redis = RedisLimits(self.client, prefix="both", library=library_with(self.fault))
        self.known: list[str] = []

    @rule(pick=PICK, cost=st.sampled_from([1, 1, 2]), new=st.booleans())
    def one_asks_in_turn(self, pick: int, cost: int, new: bool) -> None:
        if new or not self.known:
            self.known.append(self.new_id())
        id = self.known[-1] if new else self.known[pick % len(self.known)]
        turn = self.memory.take_in_turn(LIMIT, KEY, cost, id)
        assert self.redis.take_in_turn(LIMIT, KEY, cost, id) == turn
        assert turn.taken == turn.answer.allowed

    @rule(cost=st.sampled_from([1, 2]))
    def one_asks_past_the_line(self, cost: int) -> None:
        assert self.redis.take(LIMIT, KEY, cost) == self.memory.take(LIMIT, KEY, cost)

    @rule(pick=PICK)
    def one_gives_up(self, pick: int) -> None:
        if self.known:
            id = self.known[pick % len(self.known)]
            assert self.redis.give_up(LIMIT, KEY, id) == self.memory.give_up(LIMIT, KEY, id)


TestConcurrency = BothConcurrencies.TestCase
TestLimitsInTurn = BothLimits.TestCase

FAULTS = {
    "a newcomer goes past the line": (
        BothConcurrencies,
        """
        function concurrency.may_hold(call, id)
          return redis.call("ZSCORE", call.key, id) or concurrency.free(call) > 0
        end
        """,
    ),
    "one more than may": (
        BothConcurrencies,
        "function concurrency.free(call) return call.most + 1 - redis.call('ZCARD', call.key) end",
    ),
    "a silent one keeps its place": (BothConcurrencies, "function lines.forget_silent() end"),
    "one that waits asks itself to the end": (
        BothLimits,
        """
        local whole = lines.join
        function lines.join(call, id)
          redis.call("ZREM", call.line_key, id)
          whole(call, id)
        end
        """,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_seeded_fault_is_noticed(name: str, redis_client: redis.Redis) -> None:
    machine, fault = FAULTS[name]
    enough = settings(
        max_examples=300, stateful_step_count=30, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    with pytest.raises(AssertionError):
        run_state_machine_as_test(type("Faulty", (machine,), {"fault": fault}), settings=enough)
