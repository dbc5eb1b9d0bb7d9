"""After a test that commits, its rows are deleted and those of a fresh database put back.

Django truncates every table and then makes content types, permissions and seeds anew, which takes about a
second and a half each time. Most tables are empty, and what a fresh database holds is always the same.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.test import TransactionTestCase


class FreshRows:
    """Takes the place of the teardown that flushes; the first one is Django's own, and is remembered."""

    def __init__(self, flush: Callable[[TransactionTestCase], None]) -> None:
        self._flush = flush
        self._kept: dict[str, bytes] | None = None  # for each table, its rows as COPY writes them

    def restore(self, case: TransactionTestCase) -> None:
        if self._kept is not None:
            _replace(_tables_with_rows(), self._kept)
            return
        self._flush(case)
        if _may_pass_by_triggers():
            self._kept = {table: _rows(table) for table in _tables_with_rows()}


def _may_pass_by_triggers() -> bool:
    """Events and audit entries refuse to be deleted, but not by a superuser in replication mode."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _tables_with_rows() -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    looks = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        return [table for (table,) in cursor.fetchall()]


def _rows(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(bytes(part) for part in copy)


def _replace(tables: list[str], kept: dict[str, bytes]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(";".join(f'DELETE FROM "{table}"' for table in tables) or "SELECT 1")  # noqa: S608
        for table, rows in kept.items():
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(rows)
