"""Programs that run beside the workers say in Redis that they live; what fell silent is forgotten.

Where Redis is away there are no heartbeats; other alerts report that.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress

from redis.exceptions import RedisError

from limiter.gates import connection

# How each is started, and what is missing without it.
PROGRAMS: Mapping[str, tuple[str, str]] = {
    "reconcile": ("reconcile --every 10", "what a crash left half done stays so"),
    "alerts": ("alerts --every 15", "nobody is told when something goes wrong"),
}
KEY = "marginalia:alive:{}"
ROUNDS, SPARE = 3, 30  # missed rounds, and seconds for a slow one, before a program counts as dead


def beat(program: str, *, every: float) -> None:
    """This program has done a round, and does one every so many seconds."""
    client = connection()
    if client is not None:
        with suppress(RedisError):
            client.set(KEY.format(program), socket.gethostname(), ex=int(ROUNDS * every) + SPARE)


def heard() -> dict[str, str]:
    """The programs that live, each with the host that spoke last. Raises redis.RedisError."""
    client = connection()
    if client is None:
        return {}
    hosts = client.mget([KEY.format(program) for program in PROGRAMS])
    found = zip(PROGRAMS, hosts, strict=True)
    return {program: host.decode() for program, host in found if isinstance(host, bytes)}
