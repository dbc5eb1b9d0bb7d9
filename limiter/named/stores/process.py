"""Where limits and breakers are kept: in Redis for all processes, or in this one's memory."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from limiter.algorithms.concurrency.memory import MemoryConcurrency
from limiter.base.process_wide import ProcessWide
from limiter.named.configured import in_code, on_change

if TYPE_CHECKING:
    import redis

    from limiter.algorithms.breakers import Breakers
    from limiter.algorithms.concurrency import ConcurrencyStore
    from limiter.algorithms.limits import Limits


@dataclass(frozen=True, slots=True)
class Stores:
    limits: Limits
    breakers: Breakers
    concurrency: ConcurrencyStore = field(default_factory=MemoryConcurrency)
    connection: redis.Redis | None = None  # that they are in; None: in memory


def stores() -> Stores:
    """This process's, made at the first call."""
    return _stores.get()


def use_stores(other: Stores) -> AbstractContextManager[Stores]:
    """Let others serve this process for a while (tests)."""
    return _stores.use(other)


def _made() -> Stores:
    connection = _connection()
    return in_memory() if connection is None else in_redis(connection)


_stores: ProcessWide[Stores] = ProcessWide(_made)
on_change(_stores.forget)


def _connection() -> redis.Redis | None:
    """The Redis that was configured, or the one that the gate has; None: there is none."""
    said = in_code()
    if said is not None:
        return said.connection
    from limiter.gates import connection

    return connection()


def in_memory() -> Stores:
    """New and empty. Nothing on this path imports redis."""
    from limiter.algorithms.breakers.memory import MemoryBreakers
    from limiter.algorithms.limits.memory import MemoryLimits

    return Stores(MemoryLimits(), MemoryBreakers())


def in_redis(connection: redis.Redis) -> Stores:
    """On that Redis, through connections of their own: one that waits for moments, and one to wait by."""
    from limiter.algorithms.breakers.redis import RedisBreakers
    from limiter.algorithms.concurrency.redis import RedisConcurrency
    from limiter.algorithms.limits.redis import RedisLimits

    from .quick import patient, quick

    short, long = quick(connection), patient(connection)
    return Stores(
        RedisLimits(short, long), RedisBreakers(short), RedisConcurrency(short, long), connection=connection
    )
