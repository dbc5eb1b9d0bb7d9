"""Postgres is the truth; the shared gate follows it, whenever it can be reached."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from redis import Redis

from limiter import services
from limiter.configuration.publication import (
    forget_old_libraries,
    publish,
    publish_missing,
    reconcile_configuration,
)
from limiter.functions.housekeeping import UNUSED_FOR, libraries_key, names
from limiter.functions.library import joined
from limiter.gate import Reason, Ticket
from limiter.gate.redis import RedisGate
from limiter.gates import use_gate
from limiter.models import ConfigVersion, Upstream

from .conftest import BY

NOWHERE = "redis://127.0.0.1:1/0"

# Another process with a client of its own: it never reads Postgres, and asks until its input is closed.
WORKER = """
import json, sys
from redis import Redis
from limiter.gate.redis import RedisGate

gate = RedisGate(Redis.from_url(sys.argv[1]))
for line in sys.stdin:
    admission = gate.admit("tested", 10)
    print(json.dumps([len(admission.leases), admission.reason]), flush=True)
"""


@pytest.fixture
def shared(redis_client: Redis) -> Iterator[RedisGate]:
    with use_gate(RedisGate(redis_client)) as gate:
        assert isinstance(gate, RedisGate)
        yield gate


@pytest.fixture
def published(transactional_db: None, shared: RedisGate) -> Upstream:
    return services.create_upstream(name="tested", values={"max_in_flight": 1}, **BY)


@pytest.fixture
def worker(redis_url: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, redis_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def ask(worker: subprocess.Popen[str]) -> tuple[int, str | None]:
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write("\n")
    worker.stdin.flush()
    leases, reason = json.loads(worker.stdout.readline())
    return leases, reason


def test_a_running_worker_uses_the_new_limit_at_its_next_decision(
    published: Upstream, shared: RedisGate, worker: subprocess.Popen[str]
) -> None:
    for number in range(8):
        shared.offer("tested", Ticket(f"job-{number}", f"flow-{number}"))
    assert ask(worker) == (1, Reason.IN_FLIGHT)
    services.change_upstream(upstream="tested", changes={"max_in_flight": 4}, **BY)
    assert ask(worker) == (3, Reason.IN_FLIGHT)
    services.change_upstream(upstream="tested", changes={"paused": True}, **BY)
    assert ask(worker) == (0, Reason.PAUSED)
    services.change_upstream(upstream="tested", changes={"paused": False, "max_in_flight": None}, **BY)
    assert ask(worker) == (4, Reason.EMPTY)


def test_a_change_is_saved_while_redis_is_down_and_published_by_the_next_pass(
    published: Upstream, shared: RedisGate, caplog: pytest.LogCaptureFixture
) -> None:
    with use_gate(RedisGate(Redis.from_url(NOWHERE))):
        services.change_upstream(upstream="tested", changes={"max_in_flight": 4}, **BY)
    assert Upstream.objects.get(name="tested").version == 2
    assert "not yet published" in caplog.text
    assert shared.status("tested").version == 1
    assert reconcile_configuration() >= 1
    assert shared.status("tested").version == 2


def test_a_redis_that_lost_its_memory_gets_everything_again(
    published: Upstream, shared: RedisGate, redis_client: Redis
) -> None:
    services.set_group_weight(group="course:1", weight=3, **BY)
    services.set_flow_policy(flow="ada", changes={"max_in_flight": 5}, **BY)
    redis_client.flushdb()
    shared.offer("tested", Ticket("job", "ada"))
    assert shared.admit("tested").reason is Reason.UNCONFIGURED
    reconcile_configuration()
    assert shared.status("tested").version == 1
    assert len(shared.admit("tested").leases) == 1


def test_a_worker_that_finds_no_configuration_publishes_it(
    published: Upstream, shared: RedisGate, redis_client: Redis
) -> None:
    redis_client.flushdb()
    assert publish_missing("tested")
    assert shared.status("tested").version == 1
    assert not publish_missing("nobody's")


def test_a_suspended_flow_is_passed_over_by_every_worker(
    published: Upstream, shared: RedisGate, worker: subprocess.Popen[str]
) -> None:
    services.change_upstream(upstream="tested", changes={"max_in_flight": None}, **BY)
    for flow in ("ada", "bob"):
        shared.offer("tested", Ticket(f"job of {flow}", flow))
    services.set_flow_policy(flow="ada", changes={"suspended": True}, **BY)
    assert ask(worker) == (1, Reason.FLOW_SUSPENDED)
    services.set_flow_policy(flow="ada", changes={"suspended": False}, **BY)
    assert ask(worker) == (1, Reason.EMPTY)


def test_publishing_late_or_twice_does_no_harm(published: Upstream, shared: RedisGate) -> None:
    services.change_upstream(upstream="tested", changes={"max_in_flight": 4}, **BY)
    assert not publish("tested")
    assert shared.status("tested").version == 2


def test_a_pass_with_nothing_to_do_publishes_nothing(published: Upstream) -> None:
    reconcile_configuration()
    assert reconcile_configuration() == 0


def test_a_database_restored_from_a_backup_overtakes_the_gate(published: Upstream, shared: RedisGate) -> None:
    for bound in (2, 3, 4):
        services.change_upstream(upstream="tested", changes={"max_in_flight": bound}, **BY)
    ConfigVersion.objects.filter(upstream="tested", version__gt=1).delete()
    Upstream.objects.filter(name="tested").update(version=1, max_in_flight=1)
    reconcile_configuration()
    assert shared.status("tested").version == Upstream.objects.get(name="tested").version == 5
    for number in range(3):
        shared.offer("tested", Ticket(f"job-{number}", "ada"))
    assert len(shared.admit("tested", 3).leases) == 1


def test_a_pass_deletes_what_an_older_release_loaded(published: Upstream, redis_client: Redis) -> None:
    older = joined("-- loaded by an older release, a day ago")
    older.load(redis_client)
    forget_old_libraries()
    assert older.name in names(redis_client)
    redis_client.zincrby(libraries_key("limiter"), -UNUSED_FOR, older.name)
    forget_old_libraries()
    assert older.name not in names(redis_client)
