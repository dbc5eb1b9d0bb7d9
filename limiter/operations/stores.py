"""A check that the stores answer now, on connections of its own: for probes, and for the supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import Error as DatabaseError
from django.db import connections
from redis.exceptions import RedisError

from limiter.gate.refusals import must_write

if TYPE_CHECKING:
    from redis import Redis

SECONDS = 2  # for each; libpq knows no shorter time-out


def problems(client: Redis | None) -> dict[str, str]:
    """What is wrong, by the store's name; nothing of a store that is well, or that is not used.

    The client must have short time-outs. None: no Redis is used.
    """
    is_postgres = connections["default"].vendor == "postgresql"
    found = {"postgres": postgres_problem()} if is_postgres else {"database": database_problem()}
    if client is not None:
        found["redis"] = redis_problem(client)
    return {name: problem for name, problem in found.items() if problem}


def postgres_problem() -> str:
    import psycopg  # not there where another database is used

    parameters = connections["default"].get_connection_params()
    try:
        with psycopg.connect(**{**parameters, "connect_timeout": SECONDS}) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        return type(error).__name__
    return ""


def database_problem() -> str:
    """Of another database than PostgreSQL, through Django."""
    connection = connections["default"].copy()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    finally:
        connection.close()
    return ""


def redis_problem(client: Redis) -> str:
    """A server that refuses to write (read-only, full, without replicas) is as good as none."""
    try:
        must_write(client)
    except RedisError as error:
        return type(error).__name__
    return ""
