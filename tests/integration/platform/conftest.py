from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import EmbeddedPostgres, EmbeddedRedis, Layout


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may pass, unlike pytest's own tmp_path."""
    # A server that was interrupted may have a last child that still writes as the folder goes.
    with tempfile.TemporaryDirectory(prefix="marginalia-platform-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def layout(folder: Path) -> Iterator[Layout]:
    """A layout of its own; its servers are stopped at the end whatever happened."""
    layout = Layout(folder / "var")
    layout.var.mkdir()
    yield layout
    stop_all(layout)


def stop_all(layout: Layout) -> None:
    EmbeddedRedis(layout).stop()
    EmbeddedPostgres(layout).stop()


def answers(layout: Layout) -> bool:
    """Both servers take a connection and do some work."""
    with psycopg.connect(layout.database_url.replace("postgres://", "postgresql://")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS visit (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO visit DEFAULT VALUES")
    with redis.Redis.from_url(layout.redis_url) as client:
        return bool(client.incr("visits"))


def visits(layout: Layout) -> tuple[int, int]:
    """How often both were visited since their data was made: in PostgreSQL, in Redis."""
    with psycopg.connect(layout.database_url.replace("postgres://", "postgresql://")) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM visit").fetchone() or (0,)
    with redis.Redis.from_url(layout.redis_url) as client:
        return int(rows), int(client.get("visits") or 0)
