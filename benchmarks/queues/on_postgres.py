"""Libraries with their queue in PostgreSQL: Procrastinate and Oban. Neither has limits, as open source."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from counted import counted
from noop import nothing

DATABASE = os.environ["PEER_DATABASE_URL"]
AT_ONCE = 50


class Procrastinate:
    """Its lock lets one run at a time; there is no limit beyond that."""

    def __init__(self, limited: bool) -> None:
        from procrastinate import App, PsycopgConnector

        self.app = App(connector=PsycopgConnector(conninfo=DATABASE, max_size=20))
        self.task = self.app.task(name="nothing")(nothing)

    def fill(self, jobs: int) -> None:
        import psycopg
        from procrastinate import SyncPsycopgConnector

        with psycopg.connect(DATABASE) as connection:
            there = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
        with self.app.replace_connector(SyncPsycopgConnector(conninfo=DATABASE)) as sync, sync.open():
            if there is None or there[0] is None:
                sync.schema_manager.apply_schema()
            sync.connector.get_sync_connector().execute_query("TRUNCATE procrastinate_jobs CASCADE")
            given: list[dict[str, Any]] = [{"number": number} for number in range(jobs)]
            sync.tasks["nothing"].batch_defer(*given)

    def drain(self, jobs: int) -> None:
        self.app.run_worker(
            concurrency=AT_ONCE, wait=False, listen_notify=False, install_signal_handlers=False
        )


class Oban:
    """A queue runs so many at once in each process; what limits all processes, and rates, are Oban Pro's."""

    def __init__(self, limited: bool) -> None:
        from oban import job

        async def called(number: int) -> None:
            nothing(number)

        self.job = job(queue="calls")(called)

    def fill(self, jobs: int) -> None:
        asyncio.run(self._fill(jobs))

    def drain(self, jobs: int) -> None:
        asyncio.run(self._drain(jobs))

    async def _fill(self, jobs: int) -> None:
        import psycopg
        from oban import Oban
        from oban.schema import install_sql

        with psycopg.connect(DATABASE) as connection:
            there = connection.execute("SELECT to_regclass('oban_jobs')").fetchone()
            if there is None or there[0] is None:
                connection.execute(install_sql())
            connection.execute("TRUNCATE oban_jobs")
        pool = await Oban.create_pool(DATABASE, max_size=20)
        try:
            oban = Oban(pool=pool)
            await oban.enqueue_many(*(self.job.new(number) for number in range(jobs)))
        finally:
            await pool.close()

    async def _drain(self, jobs: int) -> None:
        from oban import Oban

        pool = await Oban.create_pool(DATABASE, max_size=20)
        try:
            async with Oban(pool=pool, queues={"calls": AT_ONCE}):
                while counted.jobs < jobs:
                    await asyncio.sleep(0.01)
        finally:
            await pool.close()
