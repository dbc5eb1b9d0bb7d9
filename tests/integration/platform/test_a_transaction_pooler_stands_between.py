"""Nothing needs a session of the database: a pooler may give each transaction another connection."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.utils import timezone

from config.supervisor.ports import free_port
from feedback.dispatch.ledger import PostgresLedger
from feedback.dispatch.traffic import PostgresTraffic
from feedback.models import Feedback, Job
from feedback.pipeline.run import run
from feedback.providers.base import Call, Event, Request
from limiter.gate.model import Lease
from limiter.jobs.execution import Execution
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.work import an_analysis

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin")
PATIENCE = 60.0  # seconds
AT_ONCE = 2
DAY = timedelta(days=1)


@pytest.fixture
def pooler() -> Iterator[int]:
    """The port of PgBouncer in transaction mode, with as many connections as transactions at once."""
    with tempfile.TemporaryDirectory(prefix="marginalia-pooler-") as name:
        port, folder = free_port(0), Path(name)
        folder.chmod(0o755)
        database = connection.settings_dict
        (folder / "users.txt").write_text(
            f'"{database["USER"]}" "{database["PASSWORD"]}"\n', encoding="utf-8"
        )
        (folder / "pooler.ini").write_text(
            f"[databases]\n* = host={database['HOST']} port={database['PORT']}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = trust\n"
            f"auth_file = {folder}/users.txt\npool_mode = transaction\ndefault_pool_size = {AT_ONCE}\n",
            encoding="utf-8",
        )
        as_nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        process = subprocess.Popen(
            [*as_nobody, str(PGBOUNCER), "--quiet", str(folder / "pooler.ini")], stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("PgBouncer does not listen")


def through(port: int, work: Callable[[], Any]) -> Any:
    """Do the work in this thread with its database behind the pooler."""
    settings = deepcopy(connection.settings_dict)
    settings.update(HOST="127.0.0.1", PORT=port)
    settings["OPTIONS"].pop("pool", None)
    connections["default"] = DatabaseWrapper(settings, "default")
    try:
        return work()
    finally:
        connections["default"].close()
        del connections["default"]


class Together(ScriptedProvider):
    """Answers when both calls have begun: their transactions are mixed."""

    def __init__(self) -> None:
        super().__init__()
        self.gathered = Barrier(AT_ONCE, timeout=PATIENCE)

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        self.gathered.wait()
        yield from super().stream(request, call)


@pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed (sudo make system)")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("redis_client")
def test_sections_get_their_feedback_through_a_transaction_pooler(
    pooler: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [job for _ in range(3) for job in an_analysis().jobs.all()]

    def carried_out(job: Job) -> None:
        lease = Lease(f"lease-{job.pk}", str(job.pk), job.upstream, job.flow, job.group, 1, 0, "e", 0.0)
        run(str(job.pk), Execution(id=lease.id, job=str(job.pk), lease=lease))

    with in_place_of("offline", Together(), monkeypatch), ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda job: through(pooler, lambda: carried_out(job)), jobs))
    assert Feedback.objects.filter(job__in=jobs).count() == len(jobs)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("read", [
    lambda: PostgresLedger().waiting("offline"),
    lambda: PostgresLedger().spent("offline"),
    lambda: PostgresTraffic().passages("offline", timezone.now() - DAY, timezone.now() + DAY),
], ids=["ledger", "spent", "traffic"])  # fmt: skip
def test_no_cursor_stays_open_while_rows_are_read(read: Callable[[], Iterator[object]]) -> None:
    Job.objects.filter(pk=an_analysis().jobs.earliest("pk").pk).update(started_at=timezone.now())
    rows = read()
    assert next(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_cursors), (SELECT count(*) FROM pg_prepared_statements)"
        )
        assert cursor.fetchone() == (0, 0)
