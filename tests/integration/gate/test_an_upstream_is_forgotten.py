"""Both gates forget an upstream that is no more, and only one of which nothing waits or runs."""

from __future__ import annotations

import pytest
import redis

from limiter.gate import Gate, Outcome, Ticket, UpstreamConfig
from limiter.gate.memory import MemoryGate
from limiter.gate.redis import RedisGate

U = "bedrock"


@pytest.fixture(params=["memory", "redis"])
def gate(request: pytest.FixtureRequest, redis_client: redis.Redis) -> Gate:
    return MemoryGate() if request.param == "memory" else RedisGate(redis_client, prefix="forgotten")


def test_what_waits_or_runs_is_not_forgotten(gate: Gate) -> None:
    gate.configure(UpstreamConfig(U, 7))
    gate.offer(U, Ticket("job", "ann"))
    assert not gate.forget(U)
    (lease,) = gate.admit(U).leases
    assert not gate.forget(U)
    gate.settle(U, lease.id, Outcome.SUCCESS)
    assert gate.forget(U)
    assert gate.status(U).version == 0


def test_an_older_version_is_taken_after_that(gate: Gate) -> None:
    gate.configure(UpstreamConfig(U, 7))
    assert not gate.configure(UpstreamConfig(U, 1))
    gate.forget(U)
    assert gate.configure(UpstreamConfig(U, 1))


def test_no_key_stays_in_redis_and_others_keep_theirs(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client, prefix="forgotten")
    for name in (U, "other"):
        gate.configure(UpstreamConfig(name, 1, requests_per_minute=60))
        gate.offer(name, Ticket("job", "ann"))
        gate.cancel(name, "job")
    assert gate.forget(U)
    assert redis_client.keys(f"forgotten:{U}:*") == []
    assert gate.status("other").version == 1


def test_jobs_that_no_admit_has_seen_yet_count(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client, prefix="forgotten", lists={U: "forgotten:list"})
    gate.configure(UpstreamConfig(U, 1))
    redis_client.rpush("forgotten:list", "job")
    assert not gate.forget(U)
