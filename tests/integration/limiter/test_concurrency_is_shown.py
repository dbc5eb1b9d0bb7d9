"""What the named concurrency limits hold, for operators: in `limiter status` and in the admin."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
import redis
from django.contrib.auth import get_user_model
from django.core.management import call_command

import limiter
from limiter.named.places.standing import Standing, concurrency_in_use
from limiter.named.stores import in_memory, in_redis, use_stores
from tests.running import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import Settings

LONG = "x" * 90


@pytest.fixture(params=["redis", "memory"], autouse=True)
def named(request: pytest.FixtureRequest, settings: Settings, redis_client: redis.Redis) -> Iterator[None]:
    settings.CONCURRENCY = {"reports": {"most": 2}, "one": {"most": 1}}
    settings.LIMITS_STORE_SECONDS = 5  # a busy machine is not a store that is away
    with use_stores(in_redis(redis_client) if request.param == "redis" else in_memory()):
        yield


def waits(key: object) -> threading.Thread:
    def hold() -> None:
        with limiter.concurrency("one", key=key, wait=PATIENCE):
            pass

    thread = threading.Thread(target=hold)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while limiter.concurrency("one", key=key).state()[1] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return thread


def test_each_key_is_there_with_what_it_holds_and_its_line() -> None:
    assert concurrency_in_use() == [Standing("reports", "", 2, 0, 0), Standing("one", "", 1, 0, 0)]
    with (
        limiter.concurrency("reports"),
        limiter.concurrency("one", key=7),
    ):
        waiting = waits(7)
        assert set(concurrency_in_use()) == {
            Standing("reports", "", 2, 1, 0),
            Standing("one", "7 (int)", 1, 1, 1),
        }
    waiting.join(PATIENCE)
    assert concurrency_in_use() == [Standing("reports", "", 2, 0, 0), Standing("one", "", 1, 0, 0)]


def test_a_long_key_is_counted_under_its_limits_name() -> None:
    with limiter.concurrency("one", key=LONG):
        (_, long) = concurrency_in_use()
        assert (long.name, long.held) == ("one", 1)
        with pytest.raises(limiter.ConcurrencyExceeded):
            limiter.concurrency("one", key=LONG).acquire()


def status(*options: str) -> str:
    out = StringIO()
    call_command("limiter", "status", *options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_status_says_it_to_people_and_programs() -> None:
    with limiter.concurrency("reports", key="ann"):
        assert "ann" in status() and "1 of 2" in status()
        found: dict[str, Any] = json.loads(status("--json"))
    assert found["concurrency"][0] == {"name": "reports", "key": "ann", "most": 2, "held": 1, "waiting": 0}


@pytest.mark.django_db(transaction=True)
def test_the_list_of_upstreams_shows_it(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # nothing is collected for tests
    client.force_login(get_user_model().objects.create_superuser(email="operator@example.org"))
    with limiter.concurrency("reports", key="<ann>"):
        page = client.get("/admin/limiter/upstream/").content.decode()
        assert "Concurrency limits by name" in page
        assert "&lt;ann&gt;" in page and "1 of 2" in page
    settings.CONCURRENCY = {}
    assert "Concurrency limits by name" not in client.get("/admin/limiter/upstream/").content.decode()
