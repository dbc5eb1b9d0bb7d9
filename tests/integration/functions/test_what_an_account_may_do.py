from __future__ import annotations

import re
from pathlib import Path

import pytest
import redis

from config.env import BASE_DIR
from limiter.functions.housekeeping import forget_unused
from limiter.functions.rights import missing_rights
from limiter.gate import Outcome, Ticket, UpstreamConfig
from limiter.gate.redis import RedisGate

DOCUMENTED = re.compile(r"^ +ACL SETUSER marginalia (.*?)$\n\n", re.MULTILINE | re.DOTALL)
U = "bedrock"


def documented() -> list[str]:
    """The rules that docs/gate.md tells an operator to set."""
    found = DOCUMENTED.search((Path(BASE_DIR) / "docs" / "gate.md").read_text(encoding="utf-8"))
    assert found
    return found[1].split()


def client_as(server: redis.Redis, *rules: str) -> redis.Redis:
    server.execute_command("ACL", "SETUSER", "marginalia", "reset", *rules)  # type: ignore[no-untyped-call]
    kwargs = {**server.connection_pool.connection_kwargs, "username": "marginalia", "password": "secret"}
    return redis.Redis(unix_socket_path=kwargs["path"], username="marginalia", password="secret")


def test_the_documented_rights_are_all_that_is_needed(server: redis.Redis) -> None:
    client = client_as(server, *documented())
    assert missing_rights(client) == ()
    gate = RedisGate(client, lists={U: "rq:queue:bedrock"})
    gate.configure(UpstreamConfig(U, 1))
    client.rpush("rq:queue:bedrock", "a")
    gate.offer(U, Ticket("a", "ann"))
    (lease,) = gate.admit(U).leases
    assert gate.settle(U, lease.id, Outcome.SUCCESS).applied
    gate.expire(U)
    assert forget_unused(client) == ()


@pytest.mark.parametrize(
    ("taken", "named"),
    [
        ("-zadd", "ZADD"),
        ("-lpos", "LPOS"),
        ("-fcall", "FCALL"),
        ("-function|load", "FUNCTION LOAD"),
        ("-function|delete", "FUNCTION DELETE"),
    ],
)
def test_a_right_that_is_missing_is_named(server: redis.Redis, taken: str, named: str) -> None:
    assert missing_rights(client_as(server, *documented(), taken)) == (named,)
