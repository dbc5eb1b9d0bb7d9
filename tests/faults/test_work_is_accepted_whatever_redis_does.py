"""PostgreSQL is enough to hand in: a Redis that refuses, hangs or is gone turns no hand-in away."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import redis

from config.embedded import EmbeddedRedis, Layout
from feedback.models import Document
from tests.e2e.site import Site
from tests.factories import people
from tests.integration.observe.collectors import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    folder = tmp_path_factory.mktemp("redis")
    for each in (folder, *folder.parents[:3]):
        each.chmod(0o755)  # the server may run under another account
    server = EmbeddedRedis(Layout(folder / "var"), dies_with_us=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def environment(child_environment: dict[str, str]) -> dict[str, str]:
    waits = {"LIMITS_STORE_SECONDS": "0.2", "LIMITER_ANSWER_SECONDS": "2"}
    return {**child_environment, **waits, "DJANGO_SETTINGS_MODULE": "tests.e2e.settings"}


@pytest.fixture
def site(environment: dict[str, str], own_redis: EmbeddedRedis, tmp_path: Path) -> Iterator[Site]:
    with Site({**environment, "REDIS_URL": own_redis.layout.redis_url}, tmp_path / "web.log") as site:
        yield site


def test_a_text_is_taken_while_redis_refuses_hangs_or_is_gone(site: Site, own_redis: EmbeddedRedis) -> None:
    owner = people.student()
    client = redis.Redis.from_url(own_redis.layout.redis_url)
    pid = own_redis.running()
    assert pid is not None
    process = psutil.Process(pid)
    person = Person(site, owner)
    faults: list[tuple[str, Callable[[], object]]] = [
        ("well", lambda: None),
        ("NOREPLICAS", lambda: client.config_set("min-replicas-to-write", "1")),
        ("READONLY", lambda: client.replicaof("127.0.0.1", 1)),
        ("OOM", lambda: (client.replicaof("NO", "ONE"), client.config_set("maxmemory", "1"))),
        ("hung", lambda: process.send_signal(signal.SIGSTOP)),
        ("gone", lambda: process.kill()),
    ]
    for number, (fault, begin) in enumerate(faults, start=1):
        begin()
        person.hand_in(f"# Bees and {fault}\n\nBees matter. They pollinate crops.\n")
        assert Document.objects.filter(owner=owner).count() == number, fault
    assert process.status() == psutil.STATUS_ZOMBIE or not process.is_running()
