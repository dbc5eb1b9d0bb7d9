"""A PostgreSQL and a Redis for one run of the suite, shared by all its processes.

Loaded as an early plugin (`-p tests.servers`), because the settings read the addresses before any
conftest is imported. The process that was started by hand owns the servers; xdist's workers inherit
the addresses and take a database and a Redis database each. TEST_DATABASE_URL and TEST_REDIS_URL name
servers to use instead: everything in that Redis is erased.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from config.embedded import EmbeddedPostgres, EmbeddedRedis, Layout
from config.embedded import postgres as embedded_postgres
from config.embedded import redis as embedded_redis

FOLDER = "MARGINALIA_TEST_FOLDER"
_started: list[EmbeddedPostgres | EmbeddedRedis] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        folder = Path(tempfile.mkdtemp(prefix="marginalia-tests-"))
        folder.chmod(0o711)  # the servers may run under another account than root's
        os.environ[FOLDER] = str(folder)
    layout = Layout(Path(os.environ[FOLDER]))
    # Not what the checkout itself has counted, nor another process of the tests.
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    os.environ["METRICS_DIR"] = str(Path(os.environ[FOLDER]) / f"metrics-{worker or 'main'}")
    redis_url = os.environ.get("TEST_REDIS_URL", layout.redis_url)
    os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", layout.database_url)
    os.environ["REDIS_URL"] = _with_database(
        redis_url, 0 if worker is None else 1 + int(worker.removeprefix("gw"))
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ or session.config.option.collectonly:
        return
    layout = Layout(Path(os.environ[FOLDER]))
    if "TEST_DATABASE_URL" not in os.environ:
        _start(EmbeddedPostgres(layout, embedded_postgres.UNSAFE_BUT_FAST, dies_with_us=True))
    if "TEST_REDIS_URL" not in os.environ:
        _start(EmbeddedRedis(layout, embedded_redis.UNSAFE_BUT_FAST, dies_with_us=True))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ or FOLDER not in os.environ:
        return
    while _started:
        _started.pop().stop()
    layout = Layout(Path(os.environ.pop(FOLDER)))
    shutil.rmtree(layout.sockets, ignore_errors=True)
    shutil.rmtree(layout.var, ignore_errors=True)


def _start(server: EmbeddedPostgres | EmbeddedRedis) -> None:
    _started.append(server)  # first, so that one that starts too late is stopped as well
    server.start()


def _with_database(url: str, number: int) -> str:
    if url.startswith("unix:"):
        return f"{url}?db={number}"
    return f"{url.rstrip('/')}/{number}"
