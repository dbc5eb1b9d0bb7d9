"""Functions that only read run on a replica; those that free room run while the memory is full."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis

from limiter.algorithms.breakers import compile_breaker
from limiter.algorithms.breakers.redis import RedisBreakers
from limiter.algorithms.concurrency import compile_concurrency
from limiter.algorithms.concurrency.redis import RedisConcurrency
from limiter.algorithms.limits import Algorithm, compile_rule
from limiter.algorithms.limits.redis import RedisLimits
from limiter.gate import (
    BreakerConfig,
    FlowPolicy,
    GateUnavailable,
    Lease,
    Outcome,
    Ticket,
    UpstreamConfig,
    Usage,
)
from limiter.gate.redis import RedisGate

U = "bedrock"
RULE = compile_rule(Algorithm.TOKEN_BUCKET, "7/m", None)
AT_ONCE = compile_concurrency(1)
SPEC = compile_breaker(BreakerConfig(failures=2), probe_seconds=180)
Asked = Callable[[RedisGate, list[Lease]], object]
READING: dict[str, Asked] = {
    "status": lambda gate, _: gate.status(U),
    "explain": lambda gate, _: gate.explain(U, "waits"),
    "events": lambda gate, _: gate.events(U),
    "unlisted": lambda gate, _: gate._unknown([U]),
}
WRITING: dict[str, Asked] = {
    "admit": lambda gate, _: gate.admit(U),
    "offer": lambda gate, _: gate.offer(U, Ticket("new", "ann")),
    "configure": lambda gate, _: gate.configure(UpstreamConfig(U, 2)),
    "policies": lambda gate, _: gate.set_policies(U, flows={"ann": FlowPolicy(1)}, groups={}),
    "reprioritise": lambda gate, _: gate.reprioritise(U, "waits", 3),
    "accepted": lambda gate, leases: gate.accepted(U, [leases[0].id]),
    "restore": lambda gate, _: gate.restore(U, requests=1.0),
}


@pytest.fixture
def gate(server: redis.Redis) -> RedisGate:
    return RedisGate(server, lists={U: "rq:queue:bedrock"})


@pytest.fixture
def leases(server: redis.Redis, gate: RedisGate) -> list[Lease]:
    """Of three jobs that run, beside one that waits."""
    gate.configure(UpstreamConfig(U, 1, tokens_per_minute=10**6, lease_seconds=30))
    gate.restore(U, tokens=10**6)  # a limit begins as spent: three jobs would wait for a millisecond
    for job in ("a", "b", "c", "waits"):
        server.hset(f"rq:job:{job}", mapping={"gate_flow": "ann", "gate_tokens": "5"})
        server.rpush("rq:queue:bedrock", job)
    return list(gate.admit(U, 3).leases)


@pytest.mark.parametrize("name", READING)
def test_what_only_reads_runs_on_a_replica(
    server: redis.Redis, gate: RedisGate, leases: list[Lease], name: str
) -> None:
    before = gate.status(U)
    server.replicaof("127.0.0.1", 1)
    READING[name](gate, leases)
    assert gate.status(U).waiting == before.waiting == 1


@pytest.mark.parametrize("name", [*WRITING, "settle", "renew", "cancel", "expire"])
def test_what_writes_does_not(server: redis.Redis, gate: RedisGate, leases: list[Lease], name: str) -> None:
    ending: dict[str, Asked] = {
        "settle": lambda gate, leases: gate.settle(U, leases[0].id, Outcome.SUCCESS),
        "renew": lambda gate, leases: gate.renew(U, leases),
        "cancel": lambda gate, _: gate.cancel(U, "waits"),
        "expire": lambda gate, _: gate.expire(U),
    }
    server.replicaof("127.0.0.1", 1)
    with pytest.raises(GateUnavailable):
        ({**WRITING, **ending})[name](gate, leases)


@pytest.mark.parametrize("name", WRITING)
def test_on_a_full_server_nothing_new_begins(
    server: redis.Redis, gate: RedisGate, leases: list[Lease], name: str
) -> None:
    before = gate.status(U)
    server.config_set("maxmemory", 1)
    with pytest.raises(GateUnavailable):
        WRITING[name](gate, leases)
    server.config_set("maxmemory", 0)
    after = gate.status(U)
    assert (after.waiting, after.in_flight, after.version) == (before.waiting, before.in_flight, 1)


def test_on_a_full_server_work_goes_on_and_ends(
    server: redis.Redis, gate: RedisGate, leases: list[Lease]
) -> None:
    server.config_set("maxmemory", 1)
    assert gate.renew(U, leases) == frozenset()
    assert gate.settle(U, leases[0].id, Outcome.SUCCESS, Usage(7, 9)).applied
    assert not gate.settle(U, leases[0].id, Outcome.SUCCESS).applied
    assert gate.cancel(U, "waits")
    assert gate.expire(U) == ()
    status = gate.status(U)
    assert (status.in_flight, status.waiting) == (2, 0)


def test_on_a_full_server_what_ends_takes_no_more_than_it_frees(
    server: redis.Redis, gate: RedisGate, leases: list[Lease]
) -> None:
    """Ends of many calls, one after the other."""
    for number in range(300):
        gate.offer(U, Ticket(f"job{number}", "ann", tokens=5))
        server.rpush("rq:queue:bedrock", f"job{number}")
    many = gate.admit(U, 256).leases
    server.config_set("maxmemory", 1)
    before = taken(server)
    for lease in many:
        gate.settle(U, lease.id, Outcome.FAILURE)
    gate.expire(U)
    assert taken(server) < before


def taken(server: redis.Redis) -> int:
    """Bytes of all keys."""
    return sum(server.memory_usage(key, samples=0) or 0 for key in server.scan_iter())


def test_limits_and_breakers_by_name_are_read_on_a_replica(server: redis.Redis) -> None:
    limits, breakers = RedisLimits(server), RedisBreakers(server)
    limits.take(RULE, "key")
    breakers.allow("library", SPEC)
    concurrency = RedisConcurrency(server)
    concurrency.take(AT_ONCE, "key", "a", waits=False)
    concurrency.take(AT_ONCE, "key", "b", waits=True)
    server.replicaof("127.0.0.1", 1)
    assert limits.peek(RULE, "key").allowed
    assert breakers.state("library", SPEC).value == "closed"
    assert concurrency.state("key") == (1, 1)
    for write in (
        lambda: limits.take(RULE, "key"),
        lambda: limits.take_in_turn(RULE, "key", 1, "a"),
        lambda: limits.give_up(RULE, "key", "a"),
        lambda: breakers.allow("library", SPEC),
        lambda: concurrency.take(AT_ONCE, "key", "c", waits=False),
        lambda: concurrency.give_back(AT_ONCE, "key", "a"),
        lambda: concurrency.renew(AT_ONCE, "key", ["a"]),
    ):
        with pytest.raises(GateUnavailable):
            write()


def test_on_a_full_server_leases_by_name_are_renewed_and_end(server: redis.Redis) -> None:
    concurrency = RedisConcurrency(server)
    assert concurrency.take(AT_ONCE, "key", "a", waits=False).held
    concurrency.take(AT_ONCE, "key", "b", waits=True)
    server.config_set("maxmemory", 1)
    assert concurrency.renew(AT_ONCE, "key", ["a"]) == frozenset()
    assert concurrency.give_back(AT_ONCE, "key", "a")
    with pytest.raises(GateUnavailable):
        concurrency.take(AT_ONCE, "key", "b", waits=True)
