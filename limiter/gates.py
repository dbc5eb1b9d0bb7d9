"""Which gate serves this process: the shared one in Redis, or the one in memory for solo."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, cast

from django.conf import settings

from .base.process_wide import ProcessWide

if TYPE_CHECKING:
    from redis import Redis

    from .gate import Gate
    from .solo.gate import SoloGate

REDIS, MEMORY = "redis", "memory"


def backend() -> str:
    """LIMITER_BACKEND: "redis" (the default) or "memory"."""
    return cast(str, getattr(settings, "LIMITER_BACKEND", REDIS))


def queues() -> Mapping[str, str]:
    """LIMITER_QUEUES: the upstream behind each gated queue."""
    return cast("Mapping[str, str]", getattr(settings, "LIMITER_QUEUES", {}))


def get_gate() -> Gate:
    """The gate of this process, made at the first call."""
    return _gate.get()


def use_gate(gate: Gate) -> AbstractContextManager[Gate]:
    """Let another gate serve this process for a while (tests, simulations)."""
    return _gate.use(gate)


def _made() -> Gate:
    return memory_gate() if backend() == MEMORY else _redis_gate()


_gate: ProcessWide[Gate] = ProcessWide(_made)


def memory_gate() -> SoloGate:
    """A new gate in memory. Nothing on this path imports redis."""
    from .solo.gate import SoloGate

    return SoloGate()


def connection() -> Redis | None:
    """The Redis of the gated queues; None in memory."""
    return None if backend() == MEMORY else redis_of_queues()


def redis_of_queues() -> Redis:
    """django-rq's connection of the gated queues, or of the first queue where none is gated; kept."""
    return _redis_of(next(iter(queues() or settings.RQ_QUEUES)))


@cache
def _redis_of(queue: str) -> Redis:
    """django-rq makes a pool at each call, and its first command would connect anew."""
    import django_rq

    return django_rq.get_connection(queue)


def _redis_gate() -> Gate:
    """The shared gate, on the connection that django-rq has for the gated queues.

    They all lie on one Redis: the check limiter.E005 sees to it. Where no queue is gated, the first
    queue's connection serves.
    """
    from .gate.redis import RedisGate
    from .named.stores.quick import patient

    lists = {upstream: f"rq:queue:{queue}" for queue, upstream in queues().items()}
    return RedisGate(patient(redis_of_queues()), lists=lists)
