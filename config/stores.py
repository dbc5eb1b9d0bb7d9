"""A check that the stores answer now, on connections of its own: for probes, and for the supervisor.

As a program (`python -m config.stores`) it ends with status 1 where one does not.
"""

from __future__ import annotations

import sys

import psycopg
import redis
from django.conf import settings
from django.db import connections
from redis.backoff import NoBackoff
from redis.retry import Retry

SECONDS = 2  # for each; libpq knows no shorter time-out


def problems() -> dict[str, str]:
    """What is wrong, by the store's name; nothing of a store that is well, or that is not used."""
    found = {"postgres": postgres_problem()}
    if settings.LIMITER_BACKEND == "redis":
        found["redis"] = redis_problem()
    return {name: problem for name, problem in found.items() if problem}


def postgres_problem() -> str:
    parameters = connections["default"].get_connection_params()
    try:
        with psycopg.connect(**{**parameters, "connect_timeout": SECONDS}) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        return type(error).__name__
    return ""


def redis_problem() -> str:
    """A server that refuses to write (read-only, full, without replicas) is as good as none."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.set("marginalia:probe", 1, ex=60)
    except redis.RedisError as error:
        return type(error).__name__
    finally:
        client.close()
    return ""


if __name__ == "__main__":
    from config.startup import load_settings

    load_settings()
    sys.exit(bool(problems()))
