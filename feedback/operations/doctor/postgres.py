"""PostgreSQL: is it there, is it new enough, is there room, and does it have our tables?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from feedback.operations import heartbeats
from feedback.selectors.work.workers import everybody

from .model import Finding, fail, ok, warn

OLDEST = 140_000  # 14
SECONDS = 5  # of patience with its door
FULL = 0.8  # share of its connections
WEB = 1  # web processes at least: their number is not known here
MORE_CONNECTIONS = "Lower DATABASE_POOL_MAX, put a pooler before it, or raise max_connections."


def postgres() -> Iterator[Finding]:
    facts = _facts()
    yield _version(facts["server_version_num"], facts["server_version"])
    yield _room(facts["connections"], facts["max_connections"])
    if facts["server_encoding"] != "UTF8":
        yield fail(
            "postgres",
            f"Its encoding is {facts['server_encoding']}: not every letter can be kept.",
            "Make the database anew with ENCODING 'UTF8'.",
        )
    if facts["fsync"] != "on":
        yield warn("postgres", "fsync is off: a power cut loses data.", "Set fsync = on in postgresql.conf.")


def connections() -> Iterator[Finding]:
    """What every process may take at most, against what the server gives."""
    pool = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
    workers = sum(each.is_alive for each in everybody())
    processes = workers + len(heartbeats.PROGRAMS) + WEB
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        )
        most = int(cursor.fetchone()[0])
    yield _enough(processes, pool, most)


def _enough(processes: int, pool: int, most: int) -> Finding:
    found = f"{processes} processes x {pool} = {processes * pool} connections at most, of {most}"
    if processes * pool > most:
        return warn("connections", found, MORE_CONNECTIONS)
    return ok("connections", f"{found} (one web process is reckoned, and the workers that live)")


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{each.app_label}.{each.name}" for each, _ in plan[:3])
        more = f" and {len(plan) - 3} more" if len(plan) > 3 else ""
        yield fail("migrations", f"Not applied: {names}{more}", "manage.py migrate")
    else:
        yield ok("migrations", f"{len(executor.loader.applied_migrations)} are applied, none is missing")


def why_away() -> str:
    """Why no connection can be made, in one line; empty: it can. Past the pool, which would keep trying."""
    try:
        psycopg.connect(**_parameters(), connect_timeout=SECONDS).close()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return ""


def _parameters() -> dict[str, Any]:
    wanted = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey")
    given = connection.get_connection_params()
    return {name: given[name] for name in wanted if given.get(name)}


def _facts() -> dict[str, str]:
    shown = ("server_version_num", "server_version", "max_connections", "server_encoding", "fsync")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(shown)])
        facts = dict(cursor.fetchall())
        cursor.execute("SELECT count(*)::text FROM pg_stat_activity WHERE backend_type = 'client backend'")
        facts["connections"] = cursor.fetchone()[0]
    return facts


def _version(number: str, words: str) -> Finding:
    if int(number) < OLDEST:
        return fail("postgres", f"PostgreSQL {words}", "Use PostgreSQL 14 or newer.")
    return ok("postgres", f"PostgreSQL {words}; no extension is needed")


def _room(used: str, most: str) -> Finding:
    found = f"{used} of {most} connections are in use"
    if int(used) > FULL * int(most):
        return warn(
            "postgres",
            found,
            MORE_CONNECTIONS,
        )
    return ok("postgres", found)
