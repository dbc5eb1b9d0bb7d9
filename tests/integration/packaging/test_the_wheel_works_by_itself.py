"""The distribution, built and installed from wheels alone into an empty environment: it serves a project that
knows nothing of this repository, on SQLite and PostgreSQL, under Django's admin and under unfold."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.integration.packaging.environments import (
    FOREIGN,
    NEEDS_WHEELS,
    ROOT,
    SQLITE,
    Environment,
    must_be_every_page,
    run,
)

RACE = Path(__file__).parent / "race"
BARE = Path(__file__).with_name("bare.py")
BROKEN = Path(__file__).parents[1] / "gate" / "broken.py"
QUICK = """
from hypothesis import settings

settings.register_profile("quick", max_examples=5)
"""
EXAMPLE = ROOT / "examples" / "queue"

pytestmark = [pytest.mark.long, NEEDS_WHEELS]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = Environment(tmp_path_factory.mktemp("packaging"))
    made.install(made.with_extras("django"), "psycopg[binary]")
    return made


@pytest.fixture
def redis_url(redis_client: object) -> str:
    """Of the Redis that the test may fill, empty."""
    return os.environ["REDIS_URL"]


@pytest.fixture
def postgres(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Mapping[str, object]]:
    """An empty database on the tests' server."""
    with django_db_blocker.unblock():
        there = {key: connection.settings_dict[key] for key in ("ENGINE", "HOST", "PORT", "USER", "PASSWORD")}
        address = connection.get_connection_params()
    address = {key: address[key] for key in ("host", "port", "user", "password") if address.get(key)}
    name = f"foreign_{os.getpid()}"
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
        yield {**there, "NAME": name}
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_without_django_there_are_limits_breakers_and_concurrency_by_name(
    tmp_path: Path, redis_url: str
) -> None:
    bare = Environment(tmp_path)
    bare.install(str(bare.wheel))
    said = run(bare.python, BARE, cwd=tmp_path, env={"REDIS_URL": redis_url})
    assert said.endswith("done\n")
    assert said.count("a coroutine holds a lease") == 2
    assert "LIMITS['emails']: burst is nan: expected a number of 0 or more." in said


def test_it_serves_on_sqlite_with_djangos_own_admin(
    environment: Environment, redis_url: str, tmp_path: Path
) -> None:
    installed = run(environment.python, "-c", "import limiter; print(limiter.__file__)", cwd=tmp_path)
    assert installed.startswith(str(environment.folder))
    must_be_every_page(environment.opened({**SQLITE, "NAME": str(tmp_path / "db")}, redis_url))


def test_it_serves_on_postgresql(
    environment: Environment, redis_url: str, postgres: Mapping[str, object]
) -> None:
    must_be_every_page(environment.opened(postgres, redis_url))


def test_with_every_extra_there_are_commands_and_unfolds_look(
    environment: Environment, redis_url: str, tmp_path: Path
) -> None:
    environment.install(environment.with_extras("admin,cli,metrics,simulation"))
    database = {**SQLITE, "NAME": str(tmp_path / "db")}
    must_be_every_page(environment.opened(database, redis_url, UNFOLD="1"))
    settings = {
        "DATABASE": json.dumps(database),
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "settings",
    }
    settings["PYTHONPATH"] = str(FOREIGN)

    def manage(*arguments: str) -> str:
        return run(environment.python, "-m", "django", *arguments, cwd=tmp_path, env=settings)

    assert "calls" in manage("limiter", "status")
    assert "deadline_night" in manage("simulate", "--help")
    collector = (
        "from limiter.operations.metrics import GateCollector; print(len([*GateCollector().collect()]))"
    )
    assert int(manage("shell", "--no-imports", "-c", collector)) > 5


def test_a_backend_is_proved_by_the_kit_that_comes_with_it(tmp_path: Path, redis_url: str) -> None:
    bare = Environment(tmp_path)
    bare.install(bare.with_extras("conformance"))
    shutil.copy(BROKEN, tmp_path)
    (tmp_path / "quick.py").write_text(QUICK)

    def kit(backend: str) -> str:
        options = ("-q", "-p", "quick", "--hypothesis-profile=quick", f"--gate-backend={backend}")
        command = (bare.python, "-m", "pytest", *options, "--pyargs", "limiter.conformance")
        return run(*command, cwd=tmp_path, env={"REDIS_URL": redis_url, "PYTHONPATH": str(tmp_path)})

    assert "6 passed" in kit("limiter.conformance.ours:in_redis")
    assert "6 passed" in kit("limiter.conformance.ours:memory")
    with pytest.raises(AssertionError, match="more than the cap"):
        kit("broken:one_more")


@pytest.mark.faults
def test_eight_workers_race_and_some_are_killed(
    environment: Environment, redis_url: str, tmp_path: Path
) -> None:
    project = {"REDIS_URL": redis_url, "RACE_DATABASE": str(tmp_path / "db")}
    said = run(environment.python, "race.py", "400", "8", cwd=RACE, env=project)
    seen = json.loads(said.splitlines()[-1])
    assert (seen["jobs"], seen["killed"]) == (400, 8)
    assert seen["starts"] >= 408, "what was killed ran again"


def test_the_example_shows_shares_limit_cap_and_breaker(environment: Environment, redis_url: str) -> None:
    assert sum(len(each.read_text("utf-8").splitlines()) for each in EXAMPLE.glob("*.py")) <= 60
    said = run(environment.python, "run.py", cwd=EXAMPLE, env={"REDIS_URL": redis_url})
    shares = {name: int(re.findall(rf"'{name}': (\d+)", said)[0]) for name in ("gold", "silver", "bronze")}
    for name, fair in (("gold", 15), ("silver", 10), ("bronze", 5)):
        assert abs(shares[name] - fair) <= 3, said  # jobs that start together may be listed either way
    assert "of 600" in said
    assert int(re.findall(r"at once: (\d+) of 4", said)[0]) <= 4
    assert "breaker after three failures: open" in said
