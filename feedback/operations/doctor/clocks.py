"""Do the machines agree on what time it is? Leases go by Redis's clock, deadlines by ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from django.db import connection

from limiter.gates import connection as redis_connection

from .model import Finding, fail, ok, warn

SOME, MUCH = 1.0, 10.0  # seconds
ADVICE = "Run an NTP client (chrony, systemd-timesyncd) on both machines."


def clocks() -> Iterator[Finding]:
    yield _compared("PostgreSQL", _postgres)
    if redis_connection() is not None:
        yield _compared("Redis", _redis)


def _compared(server: str, read: Callable[[], float]) -> Finding:
    """Half of the way there and back is taken off; what is left is the clocks' error, or a slow line's."""
    asked, wall = time.perf_counter(), time.time()
    theirs = read()
    apart = theirs - wall - (time.perf_counter() - asked) / 2
    found = f"{server}'s clock is {abs(apart) * 1000:.0f} ms {'ahead of' if apart > 0 else 'behind'} ours"
    if abs(apart) >= MUCH:
        return fail("clocks", found, ADVICE)
    return warn("clocks", found, ADVICE) if abs(apart) >= SOME else ok("clocks", found)


def _postgres() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        return float(cursor.fetchone()[0])


def _redis() -> float:
    client = redis_connection()
    assert client is not None  # noqa: S101 - asked before
    seconds, micros = client.time()
    return int(seconds) + int(micros) / 1_000_000
