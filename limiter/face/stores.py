"""Where limits and breakers are kept: in Redis for all processes, or in this one's memory for solo."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from limiter.gates import MEMORY, backend, queues

if TYPE_CHECKING:
    from limiter.circuits import Circuits
    from limiter.limits import Limits


@dataclass(frozen=True, slots=True)
class Stores:
    limits: Limits
    circuits: Circuits


_lock = threading.Lock()
_stores: Stores | None = None


def stores() -> Stores:
    """This process's, made at the first call."""
    global _stores
    with _lock:
        if _stores is None:
            _stores = in_memory() if backend() == MEMORY else _in_redis()
        return _stores


@contextmanager
def use_stores(other: Stores) -> Iterator[Stores]:
    """Let others serve this process for a while (tests)."""
    global _stores
    with _lock:
        before, _stores = _stores, other
    try:
        yield other
    finally:
        with _lock:
            _stores = before


def in_memory() -> Stores:
    """New and empty. Nothing on this path imports redis."""
    from limiter.circuits.memory import MemoryCircuits
    from limiter.limits.memory import MemoryLimits

    return Stores(MemoryLimits(), MemoryCircuits())


def _in_redis() -> Stores:
    """On the connection that the gate has."""
    import django_rq
    from django.conf import settings

    from limiter.circuits.redis import RedisCircuits
    from limiter.limits.redis import RedisLimits

    connection = django_rq.get_connection(next(iter(queues() or settings.RQ_QUEUES)))
    return Stores(RedisLimits(connection), RedisCircuits(connection))
