"""What PostgreSQL has closed, by a restart or an operator's hand, is noticed before a page is given it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

AT_ONCE = 4


@pytest.fixture
def full_pool(transactional_db: None) -> Iterator[list[int]]:
    """The server's ends of connections that lie in the pool, as after a busy minute."""
    together = Barrier(AT_ONCE)

    def use(_: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        together.wait(60)
        connection.close()
        return int(pid)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield list(threads.map(use, range(AT_ONCE)))


def test_nothing_is_given_a_connection_that_the_server_has_closed(full_pool: list[int]) -> None:
    with connection.cursor() as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid WHERE pid <> pg_backend_pid()",
            [full_pool],
        )
        for _ in range(AT_ONCE):
            assert ThreadPoolExecutor(1).submit(one_row).result(60) == 1


def one_row() -> int:
    """What a page asks at least, in a thread of its own as under ASGI."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            (row,) = cursor.fetchone()
        return int(row)
    finally:
        connection.close()
