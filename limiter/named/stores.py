"""Where limits and breakers are kept: in Redis for all processes, or in this one's memory for solo."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from limiter.base.process_wide import ProcessWide
from limiter.gates import MEMORY, backend, redis_of_queues

if TYPE_CHECKING:
    from limiter.algorithms.breakers import Breakers
    from limiter.algorithms.limits import Limits


@dataclass(frozen=True, slots=True)
class Stores:
    limits: Limits
    breakers: Breakers


def stores() -> Stores:
    """This process's, made at the first call."""
    return _stores.get()


def use_stores(other: Stores) -> AbstractContextManager[Stores]:
    """Let others serve this process for a while (tests)."""
    return _stores.use(other)


def _made() -> Stores:
    return in_memory() if backend() == MEMORY else _in_redis()


_stores: ProcessWide[Stores] = ProcessWide(_made)


def in_memory() -> Stores:
    """New and empty. Nothing on this path imports redis."""
    from limiter.algorithms.breakers.memory import MemoryBreakers
    from limiter.algorithms.limits.memory import MemoryLimits

    return Stores(MemoryLimits(), MemoryBreakers())


def _in_redis() -> Stores:
    """On the Redis that the gate has, through a connection of their own."""
    from limiter.algorithms.breakers.redis import RedisBreakers
    from limiter.algorithms.limits.redis import RedisLimits

    from .quick import quick

    connection = quick(redis_of_queues())
    return Stores(RedisLimits(connection), RedisBreakers(connection))
