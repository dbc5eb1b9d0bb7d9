"""The Procrastinate application that benchmarks/workers.py compares with. Its queue is in Postgres."""

from __future__ import annotations

import os
import time

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

THREADS = 50
DATABASE = os.environ.get("PEER_DATABASE_URL", "")
app = App(connector=PsycopgConnector(conninfo=DATABASE, max_size=20))


@app.task(name="nothing")
def nothing() -> None:
    """The job."""


def fill(jobs: int) -> None:
    """An empty queue with so many jobs, its tables made where they are missing."""
    with app.replace_connector(SyncPsycopgConnector(conninfo=DATABASE)) as sync, sync.open():
        connector = sync.connector
        there = connector.get_sync_connector().execute_query_one(
            "SELECT to_regclass('procrastinate_jobs') AS t"
        )
        if there["t"] is None:
            sync.schema_manager.apply_schema()
        connector.get_sync_connector().execute_query("TRUNCATE procrastinate_jobs CASCADE")
        sync.tasks["nothing"].batch_defer(*({} for _ in range(jobs)))


def drain() -> tuple[float, float]:
    """Seconds, and of them on the processor."""
    began, worked = time.perf_counter(), time.process_time()
    app.run_worker(concurrency=THREADS, wait=False, listen_notify=False, install_signal_handlers=False)
    return time.perf_counter() - began, time.process_time() - worked
