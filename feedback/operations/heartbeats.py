"""Duties that are done beside the workers leave word in Redis; what fell silent is forgotten.

Where Redis is away there are no heartbeats; other alerts report that.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress

from redis.exceptions import RedisError

from limiter.gates import connection

# What does each, and what is missing without it.
PROGRAMS: Mapping[str, tuple[str, str]] = {
    "reconcile": ("housekeeper", "what a crash left half done stays so"),
    "alerts": ("housekeeper", "nobody is told when something goes wrong"),
}
KEY = "marginalia:alive:{}"
ROUNDS, SPARE = 3, 30  # missed rounds, and seconds for a slow one, before a duty counts as left


def beat(duty: str, *, every: float) -> None:
    """This duty had a round, and has one every so many seconds."""
    client = connection()
    if client is not None:
        with suppress(RedisError):
            client.set(KEY.format(duty), socket.gethostname(), ex=int(ROUNDS * every) + SPARE)


def heard() -> dict[str, str]:
    """The duties that are done, each with the host that spoke last. Raises redis.RedisError."""
    client = connection()
    if client is None:
        return {}
    hosts = client.mget([KEY.format(program) for program in PROGRAMS])
    found = zip(PROGRAMS, hosts, strict=True)
    return {program: host.decode() for program, host in found if isinstance(host, bytes)}
