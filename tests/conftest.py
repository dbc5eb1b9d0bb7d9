"""What every test may ask for. The servers behind it are started by tests/servers.py."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from hypothesis import HealthCheck, settings

from tests import aws_calls

# deadline=None: the machine may be shared, and a slow example is no wrong one.
settings.register_profile("short", max_examples=25, deadline=None, print_blob=True)
settings.register_profile(
    "long", max_examples=200, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("short")


aws_calls.watch()  # before any session of botocore is made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright leaves an event loop running in its process, in which no
    other can be started."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end: it looked through it again and again, a fifth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def pools_end_with_the_session() -> Iterator[None]:
    """Connection pools live as long as their process: close them before the interpreter finds them open."""
    yield
    gc.unfreeze()
    # By type(): isinstance would wake Django's lazy objects.
    for pool in [thing for thing in gc.get_objects() if issubclass(type(thing), redis.ConnectionPool)]:
        pool.disconnect()


@pytest.fixture(scope="session", autouse=True)
def committed_rows_go_quickly() -> Iterator[None]:
    from django.test import TransactionTestCase

    from tests.fresh_rows import FreshRows

    rows = FreshRows(TransactionTestCase._fixture_teardown)  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: rows.restore(case))
        yield


@pytest.fixture(scope="session", autouse=True)
def changed_settings_act_at_once() -> Iterator[None]:
    from django.test.signals import setting_changed

    from feedback.dispatch import upstreams

    def look_again(**change: object) -> None:
        upstreams.forget_providers()

    setting_changed.connect(look_again)
    yield
    setting_changed.disconnect(look_again)


@pytest.fixture(autouse=True)
def upstreams_are_looked_at_anew() -> None:
    """What a process believes of endpoints for two seconds shall not reach into the next test."""
    from feedback.dispatch import upstreams

    upstreams.forget_providers()


@pytest.fixture(scope="session")
def redis_url() -> str:
    """This process's own Redis database."""
    return os.environ["REDIS_URL"]


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    """A client of this process's own Redis database, empty at the test's start and after it."""
    client = redis.Redis.from_url(redis_url)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def child_environment(redis_url: str, transactional_db: None) -> dict[str, str]:
    """The environment for a real process that shall see this test's database and Redis."""
    from django.conf import settings

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": _url_of(settings.DATABASES["default"]["NAME"]),
        "REDIS_URL": redis_url,
        "PYTHONUNBUFFERED": "1",
    }


def _url_of(database: str) -> str:
    """The suite's own URL with the name of the database that pytest-django made."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{database}"))
