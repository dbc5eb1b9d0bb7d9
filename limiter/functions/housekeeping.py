"""Deletes libraries of earlier releases from the server.

Each `expire` of a worker notes the library that it uses in a sorted set, `<prefix>:libraries`, by when it
did. A library that was not noted for a day goes; one that was never noted is noted when it is first seen. A
process that uses one all the same (a web process of an older release, say) finds it missing and loads it
again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import redis

from ..base.server_time import server_seconds
from .errors import translated
from .library import LIBRARY, PREFIX

UNUSED_FOR = 24 * 3600 * 1_000_000  # microseconds, as the functions' clock


def libraries_key(prefix: str) -> str:
    return f"{prefix}:libraries"


def forget_unused(connection: redis.Redis, *, prefix: str = "limiter") -> tuple[str, ...]:
    """Delete the libraries that no worker has used for a day; returns their names. Raises GateError."""
    with translated():
        return tuple(_forget_unused(connection, libraries_key(prefix)))


def _forget_unused(connection: redis.Redis, key: str) -> Iterator[str]:
    now = int(server_seconds(connection) * 1_000_000)
    for name in names(connection):
        if name == LIBRARY.name or connection.zadd(key, {name: now}, nx=True):
            continue
        if float(connection.zscore(key, name) or now) <= now - UNUSED_FOR:
            _delete(connection, name)
            yield name
    connection.zremrangebyscore(key, "-inf", now - UNUSED_FOR)


def names(connection: redis.Redis) -> list[str]:
    """Of the libraries of any release that the server has."""
    found = connection.execute_command("FUNCTION LIST", "LIBRARYNAME", f"{PREFIX}*")  # type: ignore[no-untyped-call]
    return [_name_of(described) for described in found]


def _name_of(described: Any) -> str:
    """From a map, or from a list of names and values, as the protocol's version has it."""
    if isinstance(described, Sequence):
        described = dict(zip(described[::2], described[1::2], strict=True))
    name = described.get(b"library_name") or described["library_name"]
    return name.decode() if isinstance(name, bytes) else str(name)


def _delete(connection: redis.Redis, name: str) -> None:
    """Another housekeeper may have deleted it."""
    try:
        connection.function_delete(name)
    except redis.ResponseError as error:
        if "not found" not in str(error).lower():
            raise
