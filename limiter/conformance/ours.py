"""The backends that come with the package, as examples and for its own tests."""

from __future__ import annotations

import os
from functools import partial

import redis

from limiter.functions.library import Library, joined
from limiter.gate.memory import MemoryGate
from limiter.gate.redis import RedisGate

from .backend import Backend
from .clock import Clock

CLOCK_KEY = "conformance:now"
CLOCK = f"""
function clock.now()
  return tonumber(redis.call("GET", "{CLOCK_KEY}"))
end
"""
PREFIX = "conformance"


def memory() -> Backend:
    kept = MemoryGate()
    return Backend(
        lambda clock: MemoryGate(clock.seconds, random=clock.random), connect=lambda: kept, is_shared=False
    )


def in_redis(url: str = "", fault: str = "") -> Backend:
    """A server whose chosen database may be emptied; REDIS_URL names it where nothing else does.

    A fault is Lua that replaces one of the library's functions, to see whether the kit notices.
    """
    address = url or os.environ["REDIS_URL"]
    client, library = redis.Redis.from_url(address), on_the_clock(fault)
    client.flushdb()

    def make(clock: Clock) -> RedisGate:
        client.flushdb()
        clock.follow(partial(client.set, CLOCK_KEY))
        return RedisGate(client, random=clock.random, library=library, prefix=PREFIX)

    return Backend(make, connect=partial(connected, address))


def on_the_clock(fault: str = "") -> Library:
    """The library on a clock that can be set."""
    return joined(CLOCK, fault)


def connected(url: str) -> RedisGate:
    return RedisGate(redis.Redis.from_url(url), prefix=f"{PREFIX}:race")
