"""The clock of a Redis server, which all processes share; a host's own may be minutes off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis import Redis


def server_seconds(connection: Redis) -> float:
    """Its seconds since 1970."""
    return seconds_of(connection.time())


def server_now(connection: Redis) -> datetime:
    return datetime.fromtimestamp(server_seconds(connection), UTC)


def seconds_of(answer: Any) -> float:
    """What it answers to TIME, as seconds since 1970."""
    seconds, micros = answer
    return int(seconds) + int(micros) / 1e6
