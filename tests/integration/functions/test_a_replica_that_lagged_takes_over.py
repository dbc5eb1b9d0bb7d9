"""A replica that lagged takes over, or a server comes back from an old file: no more calls run than may."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
import redis
from pytest_django import Settings

from config.supervisor.ports import free_port
from limiter import services
from limiter.gate import Lease, Outcome, Reason, Spent, Ticket
from limiter.gate.redis import RedisGate
from limiter.gates import use_gate
from limiter.rq.admission import admit
from tests.integration.functions.conftest import running

pytestmark = pytest.mark.django_db(transaction=True)

U, LIST = "tested", "rq:queue:tested"
BY = {"author": "tests", "reason": "to see"}
CAP, JOBS = 3, 12
StartServer = Callable[..., redis.Redis]


class Provider:
    """Where the calls arrive: what runs there now. It is the ledger as well, which knows them all."""

    calls: ClassVar[dict[str, Lease]] = {}

    def __init__(self, connection: redis.Redis | None) -> None:
        """It keeps nothing in Redis."""

    def running(self, upstream: str) -> Iterator[Lease]:
        return iter(list(self.calls.values()))

    def waiting(self, upstream: str) -> Iterator[Ticket]:
        return iter(())

    def spent(self, upstream: str) -> Iterator[Spent]:
        return iter(())

    def reclaimed(self, lease: Lease) -> bool:
        return False

    def settled(self, leases: Sequence[str]) -> None:
        """Nothing to note."""

    def explained(self, job: str) -> None:
        """It knows no job."""


@pytest.fixture(autouse=True)
def provider(settings: Settings) -> Iterator[type[Provider]]:
    settings.LIMITER_LEDGER = f"{__name__}.Provider"
    Provider.calls.clear()
    yield Provider
    Provider.calls.clear()


@pytest.fixture(params=["valkey", "redis 7"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[redis.Redis, redis.Redis]]:
    """A primary and its replica."""
    port = free_port(0)
    for folder in ("primary", "replica"):
        (tmp_path / folder).mkdir()
    with (
        running(request.param, tmp_path / "primary", port) as primary,
        running(request.param, tmp_path / "replica") as replica,
    ):
        primary.config_set("repl-diskless-sync-delay", 0)
        replica.replicaof("127.0.0.1", port)
        yield primary, replica


def gate_on(client: redis.Redis) -> RedisGate:
    return RedisGate(client, lists={U: LIST})


def enqueue(client: redis.Redis) -> None:
    for number in range(JOBS):
        client.hset(f"rq:job:{number}", mapping={"gate_flow": f"flow{number}", "gate_tokens": 5})
        client.rpush(LIST, str(number))


def begin(gate: RedisGate, k: int = JOBS) -> Reason | None:
    """What a worker does: ask, and call the provider for each lease."""
    with use_gate(gate):
        admission = admit(gate, U, k)
    Provider.calls.update({lease.id: lease for lease in admission.leases})
    return admission.reason


def fall_behind(primary: redis.Redis, replica: redis.Redis) -> None:
    """The replica has what the primary has now, and hears of nothing more."""
    assert primary.wait(1, 60_000) == 1
    replica.replicaof("127.0.0.1", 1)


def take_over(primary: redis.Redis, replica: redis.Redis) -> RedisGate:
    primary.shutdown(nosave=True)
    replica.replicaof("no", "one")
    return gate_on(replica)


def test_what_the_replica_missed_counts_at_once(pair: tuple[redis.Redis, redis.Redis]) -> None:
    primary, replica = pair
    services.create_upstream(name=U, values={"max_in_flight": CAP}, **BY)
    before = gate_on(primary)
    enqueue(primary)
    assert begin(before, 1) is None
    fall_behind(primary, replica)
    assert begin(before) is Reason.IN_FLIGHT
    assert len(Provider.calls) == CAP

    after = take_over(primary, replica)
    assert begin(after) is Reason.IN_FLIGHT
    assert len(Provider.calls) == CAP
    assert after.renew(U, list(Provider.calls.values())) == frozenset()

    ended, _ = Provider.calls.popitem()
    assert after.settle(U, ended, Outcome.SUCCESS).applied
    assert begin(after) is Reason.IN_FLIGHT
    assert len(Provider.calls) == CAP


def test_no_bucket_is_full_again(pair: tuple[redis.Redis, redis.Redis]) -> None:
    primary, replica = pair
    services.create_upstream(name=U, values={"requests_per_minute": 0.01, "burst": CAP}, **BY)
    before = gate_on(primary)
    enqueue(primary)
    assert begin(before) is Reason.REQUESTS_PER_MINUTE  # it begins as if spent
    before.restore(U, requests=CAP)
    fall_behind(primary, replica)
    begin(before)
    assert len(Provider.calls) == CAP

    after = take_over(primary, replica)
    assert begin(after) is Reason.REQUESTS_PER_MINUTE
    assert len(Provider.calls) == CAP


def test_a_server_that_comes_back_from_an_old_file_is_another(tmp_path: Path) -> None:
    services.create_upstream(name=U, values={"max_in_flight": CAP}, **BY)
    with running("valkey", tmp_path) as server:
        enqueue(server)
        begin(gate_on(server), 1)
        server.save()
        begin(gate_on(server))
        epoch = gate_on(server).status(U).epoch
        server.shutdown(nosave=True)
    with running("valkey", tmp_path) as server:
        assert server.llen(LIST) == JOBS - 1  # it forgot what came after the file
        assert begin(gate_on(server)) is Reason.IN_FLIGHT
        assert len(Provider.calls) == CAP
        assert gate_on(server).status(U).epoch != epoch
