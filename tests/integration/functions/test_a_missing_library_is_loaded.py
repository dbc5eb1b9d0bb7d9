from __future__ import annotations

import threading

import pytest
import redis

from limiter.functions import LIBRARY
from limiter.functions.library import joined
from limiter.gate import GateError, GateUnavailable, Ticket, UpstreamConfig
from limiter.gate.redis import RedisGate

U = "bedrock"
AS_A_REPLICA = ("127.0.0.1", 1)  # no server is there: it can be read, and not written


@pytest.fixture
def gate(server: redis.Redis) -> RedisGate:
    gate = RedisGate(server)
    gate.configure(UpstreamConfig(U, 1))
    gate.offer(U, Ticket("a", "ann"))
    return gate


def test_a_flushed_library_is_loaded_again_and_the_call_goes_on(server: redis.Redis, gate: RedisGate) -> None:
    server.function_flush("SYNC")
    assert [lease.job for lease in gate.admit(U).leases] == ["a"]


def test_two_loads_at_once_are_no_error(server: redis.Redis) -> None:
    server.ping()
    raised: list[BaseException] = []
    together = threading.Barrier(8)

    def load() -> None:
        together.wait()
        try:
            LIBRARY.load(server)
        except redis.RedisError as error:
            raised.append(error)

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []


def test_while_a_full_server_refuses_the_load_the_gate_is_unavailable(
    server: redis.Redis, gate: RedisGate
) -> None:
    server.function_flush("SYNC")
    server.config_set("maxmemory", 1)
    with pytest.raises(GateUnavailable):
        gate.admit(U)
    server.config_set("maxmemory", 0)
    assert gate.admit(U).leases


def test_while_a_replica_refuses_the_load_the_gate_is_unavailable(
    server: redis.Redis, gate: RedisGate
) -> None:
    server.function_flush("SYNC")
    server.replicaof(*AS_A_REPLICA)
    with pytest.raises(GateUnavailable):
        gate.status(U)
    server.replicaof("NO", "ONE")
    assert gate.admit(U).leases


def test_without_enough_replicas_the_gate_is_unavailable(server: redis.Redis, gate: RedisGate) -> None:
    server.function_flush("SYNC")
    server.config_set("min-replicas-to-write", 1)
    with pytest.raises(GateUnavailable):
        gate.admit(U)
    server.config_set("min-replicas-to-write", 0)
    assert gate.admit(U).leases


def test_another_text_has_other_names_beside_it(server: redis.Redis) -> None:
    other = joined("function clock.now() return 5 end")
    assert other.name != LIBRARY.name
    for library in (LIBRARY, other):
        library.load(server)
    words = ("limiter:bedrock", "", "limiter:libraries"), ("epoch", "rq:job:", 10)
    assert other.call(server, "status", *words)[2] == 5
    assert LIBRARY.call(server, "status", *words)[2] > 5


def test_a_pipeline_is_refused(server: redis.Redis) -> None:
    """What stood beside a missing function in MULTI would be committed without it."""
    with server.pipeline() as pipeline, pytest.raises(TypeError):
        LIBRARY.call(pipeline, "status", ("limiter:bedrock", ""))


class WithoutFunctions(redis.Redis):
    """What Redis 6 answers: it knows no such command."""

    def execute_command(self, *words: object, **options: object) -> object:
        return super().execute_command(f"NO{words[0]}", *words[1:], **options)  # type: ignore[no-untyped-call]


def test_a_server_without_functions_is_distinguished_from_one_that_is_away(server: redis.Redis) -> None:
    gate = RedisGate(WithoutFunctions(connection_pool=server.connection_pool))
    with pytest.raises(GateError, match="Redis 7 or newer"):
        gate.status(U)
