"""A refused worker sleeps until something may have become admissible."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from limiter.gate import Outcome, Ticket, UpstreamConfig
from limiter.gate.memory import MemoryGate
from limiter.gate.redis import RedisGate

if TYPE_CHECKING:
    import redis

U, LIST = "bedrock", "rq:queue:bedrock"
LONG = 60.0  # far longer than any wake-up takes: a wait that lasts so long has failed


@pytest.fixture
def gate(redis_client: redis.Redis) -> RedisGate:
    gate = RedisGate(redis_client, lists={U: LIST, "other": "rq:queue:other"})
    gate.configure(UpstreamConfig(U, 1, max_in_flight=1))
    return gate


def wakes(gate: RedisGate, event: Callable[[], object]) -> bool:
    """Whether an event after the sleep began, or just before, ends a sleeper's wait."""
    timer = threading.Timer(0.05, event)
    timer.start()
    woken = gate.wait([U, "other"], LONG)
    timer.join()
    return woken


def test_nothing_happens_and_the_wait_ends_in_time(gate: RedisGate) -> None:
    gate.admit(U)
    assert gate.wait([U], 0.05) is False


def test_a_plain_push_is_noticed(gate: RedisGate, redis_client: redis.Redis) -> None:
    gate.admit(U)
    assert wakes(gate, lambda: redis_client.rpush(LIST, "job"))


def test_a_push_between_the_refusal_and_the_sleep_is_noticed(
    gate: RedisGate, redis_client: redis.Redis
) -> None:
    gate.admit(U)
    redis_client.rpush(LIST, "job")
    assert gate.wait([U], LONG)


def test_a_push_with_the_signal_wakes(gate: RedisGate, redis_client: redis.Redis) -> None:
    gate.admit(U)
    with redis_client.pipeline() as pipeline:
        pipeline.rpush(LIST, "job")
        gate.signal(pipeline, U)
        pipeline.execute()
    assert redis_client.llen(f"limiter:{U}:wake") == 1
    assert gate.wait([U], LONG)


def test_a_settle_wakes(gate: RedisGate, redis_client: redis.Redis) -> None:
    redis_client.rpush(LIST, "a", "b")
    (lease,) = gate.admit(U, 2).leases
    assert wakes(gate, lambda: gate.settle(U, lease.id, Outcome.SUCCESS))


def test_a_new_configuration_wakes(gate: RedisGate, redis_client: redis.Redis) -> None:
    redis_client.rpush(LIST, "a", "b")
    gate.admit(U, 2)
    assert wakes(gate, lambda: gate.configure(UpstreamConfig(U, 2, max_in_flight=2)))


def test_a_worker_that_was_never_refused_is_woken_as_well(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig(U, 1))
    assert wakes(gate, lambda: gate.offer(U, Ticket("job", "ann")))
    assert wakes(gate, lambda: gate.configure(UpstreamConfig("other", 1)))


def test_a_worker_that_sleeps_on_after_its_mark_ran_out_is_woken(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig(U, 1))
    gate.admit(U)
    redis_client.delete(f"limiter:{U}:sleeping")
    gate.offer(U, Ticket("unheard", "ann"))
    assert wakes(gate, lambda: gate.offer(U, Ticket("job", "ann")))


def test_without_a_sleeping_worker_no_token_is_left(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig(U, 1))
    for number in range(50):
        gate.offer(U, Ticket(f"job{number}", "ann"))
    assert redis_client.llen(f"limiter:{U}:wake") == 0


def test_the_memory_gate_wakes_too() -> None:
    gate = MemoryGate()
    gate.configure(UpstreamConfig(U, 1))
    timer = threading.Timer(0.05, lambda: gate.offer(U, Ticket("job", "ann")))
    timer.start()
    assert gate.wait(LONG)
    timer.join()
