"""A server that can't be reached, can't write, lost its memory, or was written by a newer release."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis as redis_py
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded import EmbeddedRedis, Layout
from config.embedded.redis import UNSAFE_BUT_FAST
from limiter.algorithms.limits import Algorithm
from limiter.gate import (
    Ended,
    FlowPolicy,
    GateError,
    GateUnavailable,
    Outcome,
    Reason,
    Refund,
    SchemaTooNew,
    Ticket,
    UpstreamConfig,
    Usage,
)
from limiter.gate.redis import RedisGate

if TYPE_CHECKING:
    import redis

    from tests.integration.gate.clockwork import Clockwork

U = "bedrock"


def test_a_server_that_is_not_there_is_unavailable() -> None:
    gate = RedisGate(redis_py.Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0)))
    with pytest.raises(GateUnavailable):
        gate.admit(U)
    with pytest.raises(GateUnavailable):
        gate.wait([U], 1.0)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[redis_py.Redis]:
    """A server of its own, for settings that other tests must not meet."""
    tmp_path.chmod(0o711)  # the server may run under another account than root's
    server = EmbeddedRedis(Layout(tmp_path), UNSAFE_BUT_FAST, dies_with_us=True)
    server.start()
    with redis_py.Redis(unix_socket_path=str(server.layout.redis_socket)) as client:
        yield client
    server.stop()


def test_a_full_server_is_unavailable_and_no_step_is_half_done(own_redis: redis_py.Redis) -> None:
    """Redis refuses a script's first write or none of them, so a step happens whole or not at all."""
    gate = RedisGate(own_redis)
    gate.configure(UpstreamConfig(U, 1))
    gate.offer(U, Ticket("a", "ann"))
    before = gate.status(U)
    own_redis.config_set("maxmemory", 1)
    with pytest.raises(GateUnavailable):
        gate.configure(UpstreamConfig(U, 2, paused=True))
    with pytest.raises(GateUnavailable):
        gate.set_policies(U, flows={"ann": FlowPolicy(1)}, groups={})
    own_redis.config_set("maxmemory", 0)
    assert replace(gate.status(U), now=before.now) == before
    assert [lease.job for lease in gate.admit(U).leases] == ["a"]


def test_a_full_server_lets_calls_end(own_redis: redis_py.Redis) -> None:
    gate = RedisGate(own_redis)
    gate.configure(UpstreamConfig(U, 1, tokens_per_minute=10**6))
    for name in "abcd":
        gate.offer(U, Ticket(name, "ann", tokens=5))
    leases = gate.admit(U, 2).leases
    own_redis.config_set("maxmemory", 1)
    ended = [Ended(lease.id, Outcome.SUCCESS, Usage(7, 9)) for lease in leases]
    assert [each.applied for each in gate.settle_many(U, ended)] == [True, True]
    assert [each.applied for each in gate.settle_many(U, ended)] == [False, False]
    assert gate.status(U).in_flight == 0
    with pytest.raises(GateUnavailable):
        gate.admit(U)


def test_a_library_that_the_server_lost_is_given_again(own_redis: redis_py.Redis) -> None:
    gate = RedisGate(own_redis)
    gate.configure(UpstreamConfig(U, 1))
    gate.offer(U, Ticket("a", "ann"))
    own_redis.function_flush("SYNC")
    assert gate.admit(U).leases


def test_keys_of_a_newer_release_stop_every_operation(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig(U, 1))
    raise_schema = """
        local state = redis.call("HGET", KEYS[1], "state")
        local schema, behind = struct.unpack("<d", state)
        redis.call("HSET", KEYS[1], "state", struct.pack("<d", schema + 1) .. string.sub(state, behind))
    """
    redis_client.eval(raise_schema, 1, f"limiter:{U}:records")
    with pytest.raises(SchemaTooNew):
        gate.admit(U)
    with pytest.raises(SchemaTooNew):
        gate.status(U)


def test_a_release_before_9_reads_of_a_newer_one_where_it_had_its_state(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig(U, 1))
    schema = redis_client.get(f"limiter:{U}:state")
    assert isinstance(schema, bytes)
    assert struct.unpack("<d", schema) == (12,)


@pytest.mark.parametrize("where", ["state", "records"])
def test_the_state_of_an_older_release_is_a_memory_that_was_lost(
    redis_client: redis.Redis, where: str
) -> None:
    """Release 8 had it in a key of its own, release 9 among the records."""
    if where == "state":
        redis_client.set(f"limiter:{U}:state", struct.pack("<d", 8) + b"its state")
    else:
        redis_client.hset(f"limiter:{U}:records", "state", struct.pack("<d", 9) + b"its state")
    redis_client.hset(f"limiter:{U}:records", "rules", b"its rules")
    redis_client.hset(f"limiter:{U}:records", "fann", "a flow")
    redis_client.set(f"limiter:{U}:rules", b"its rules")
    gate = RedisGate(redis_client)
    assert gate.status(U).version == 0
    assert gate.expire(U) == (), "the first call that may write makes the memory anew"
    assert sorted(redis_client.scan_iter(f"limiter:{U}:*")) == [
        f"limiter:{U}:records".encode(),
        f"limiter:{U}:state".encode(),
    ]
    assert set(redis_client.hkeys(f"limiter:{U}:records")) == {b"server", b"state"}


def test_keys_of_the_release_before_records_are_a_memory_that_was_lost(redis_client: redis.Redis) -> None:
    older = """
        redis.call("SET", KEYS[1] .. ":state", cmsgpack.pack({ schema = 1, epoch = "old" }))
        redis.call("SET", KEYS[1] .. ":rules", cmsgpack.pack({ version = 7 }))
        redis.call("HSET", KEYS[1] .. ":jobs", "old", cmsgpack.pack({ flow = "ann", group = "" }))
        redis.call("ZADD", KEYS[1] .. ":runnable", 0, "")
        redis.call("ZADD", KEYS[1] .. ":runnable:", 0, "ann")
        redis.call("ZADD", KEYS[1] .. ":lane:0:ann", 0, "jold")
    """
    redis_client.eval(older, 1, f"limiter:{U}")
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig("another", 1))
    assert gate.status(U).version == 0
    gate.configure(UpstreamConfig(U, 1))
    gate.offer(U, Ticket("new", "ann"))
    assert [lease.job for lease in gate.admit(U, 2).leases] == ["new"]
    assert gate.status("another").version == 1


def test_a_limit_that_is_switched_off_and_on_begins_as_if_spent(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    log = UpstreamConfig(U, 0, tokens_algorithm=Algorithm.SLIDING_LOG, refund=Refund.NEVER)
    for version, most in enumerate([60, None, 101], start=1):
        gate.configure(replace(log, version=version, tokens_per_minute=most))
    assert gate.status(U).levels[Reason.TOKENS_PER_MINUTE].free == 0


def test_a_key_of_another_kind_is_an_error_of_the_gate(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig(U, 1))
    redis_client.set(f"limiter:{U}:records", "not a hash")
    with pytest.raises(GateError):
        gate.offer(U, Ticket("job", "ann"))


def test_two_upstreams_share_nothing(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    for upstream in ("one", "one:jobs", "two"):
        gate.configure(UpstreamConfig(upstream, 1, max_in_flight=1))
        gate.offer(upstream, Ticket("job", "ann"))
    for upstream in ("one", "one:jobs", "two"):
        assert [lease.upstream for lease in gate.admit(upstream).leases] == [upstream]


def test_a_job_without_a_name_is_one(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig(U, 1))
    for name in ("", "job"):
        gate.offer(U, Ticket(name, "ann"))
    assert [lease.job for lease in gate.admit(U, 3).leases] == ["", "job"]


def test_names_with_any_characters_stay_apart(redis_client: redis.Redis) -> None:
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig(U, 1, flow_in_flight=1))
    names = [("a:b", "c"), ("a", "b:c"), ("1:a", ""), ("", "1:a"), ("ü\n", "\t"), ("a", "b")]
    for flow, group in names:
        gate.offer(U, Ticket(f"{flow}|{group}", flow, group, document="1:d"))
    admitted = {(lease.flow, lease.group) for lease in gate.admit(U, 20).leases}
    assert len(admitted) == 5, "one each, and one for the flow that waits in two groups"


def test_a_connection_that_decodes_gives_the_same_answers(redis_url: str, redis_client: redis.Redis) -> None:
    client = redis_py.Redis.from_url(redis_url, decode_responses=True)
    gate = RedisGate(client)
    gate.configure(UpstreamConfig(U, 1))
    gate.offer(U, Ticket("ä", "ü"))
    assert gate.explain(U, "ä").state == "waiting"
    (lease,) = gate.admit(U).leases
    assert (lease.job, lease.flow) == ("ä", "ü")
    assert gate.status(U).flows["ü"].in_flight == 1
    client.close()


def test_a_restored_gate_knows_what_runs_and_what_waits_and_gives_no_burst(work: Clockwork) -> None:
    config = UpstreamConfig(U, 1, requests_per_minute=60, burst=10, max_in_flight=3)
    gate = work.redis
    gate.configure(config)
    work.advance(60_000_000)
    tickets = [Ticket(f"job{number}", "ann", tokens=100) for number in range(8)]
    for ticket in tickets:
        gate.offer(U, ticket)
    running = gate.admit(U, 3).leases

    work.lose_memory()
    gate = work.redis
    gate.configure(config)
    for _ in range(2):  # restoring again changes nothing
        assert gate.restore(U, leases=running, waiting=tickets, requests=0.5) == frozenset()
    status = gate.status(U)
    assert (status.in_flight, status.waiting, status.bucket_level) == (3, 5, 0.5)
    assert gate.admit(U).reason is Reason.IN_FLIGHT
    gate.settle(U, running[0].id, Outcome.SUCCESS)
    assert gate.admit(U).wait_seconds == 0.5
