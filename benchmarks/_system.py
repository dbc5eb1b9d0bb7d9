"""The running system for a benchmark: its own PostgreSQL and Redis, a web server, a worker, a simulator."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.embedded import EmbeddedPostgres, EmbeddedRedis, Layout

ROOT = Path(__file__).parents[1]


@contextmanager
def stores() -> Iterator[Layout]:
    """PostgreSQL and Redis, empty."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        Path(folder).chmod(0o711)  # the servers may run under another account than root's
        layout = Layout(Path(folder))
        for server in (EmbeddedPostgres(layout, dies_with_us=True), EmbeddedRedis(layout, dies_with_us=True)):
            server.start()
            running.callback(server.stop)
        yield layout


def environment(layout: Layout, settings: str, *folders: Path) -> dict[str, str]:
    """For a process of a folder's code on these stores."""
    return {
        "DATABASE_URL": layout.database_url,
        "REDIS_URL": layout.redis_url,
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": os.pathsep.join(map(str, folders or [ROOT])),
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def servers(settings: str = "tests.e2e.settings") -> Iterator[Layout]:
    """PostgreSQL and Redis, migrated, with Django set up on them in this process."""
    with stores() as layout, ExitStack() as running:
        os.environ.update(environment(layout, settings))
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        running.callback(connection.close)
        call_command("migrate", verbosity=0)
        yield layout


@contextmanager
def command(*words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A management command as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "django", *words],
        cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
