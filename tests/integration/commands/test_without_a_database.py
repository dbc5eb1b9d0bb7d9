"""A command whose database is away, or has no tables yet: one line that says so, soon, and exit status 1."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parents[3]
EMPTY = "without_tables"
NOBODY_LISTENS = "postgres://nobody@127.0.0.1:1/nothing"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def empty_database() -> Iterator[str]:
    """A database that was made, and never migrated."""
    host, port = connection.settings_dict["HOST"], connection.settings_dict["PORT"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {EMPTY}")
        cursor.execute(f"CREATE DATABASE {EMPTY}")
    user = connection.settings_dict["USER"]
    yield f"postgres://{user}@/{EMPTY}?host={host}&port={port}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")


def manage(database: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": database}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_database_that_is_away_is_one_line() -> None:
    ended = manage(NOBODY_LISTENS, "limiter", "status")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("CommandError: The database cannot be reached:")


@pytest.mark.parametrize("words", [("limiter", "status"), ("jobs", "list")], ids=" ".join)
def test_a_database_without_tables_is_one_line(empty_database: str, words: tuple[str, ...]) -> None:
    ended = manage(empty_database, *words)
    assert ended.returncode == 1, ended.stderr
    (line,) = ended.stderr.splitlines()
    assert line == "CommandError: The database has not all its tables: manage.py migrate makes them."
