"""Which gate serves this process: the shared one in Redis, or the one in memory for solo."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from django.conf import settings

if TYPE_CHECKING:
    from .gate import Gate
    from .solo.gate import SoloGate

REDIS, MEMORY = "redis", "memory"

_lock = threading.RLock()
_gate: Gate | None = None


def backend() -> str:
    """LIMITER_BACKEND: "redis" (the default) or "memory"."""
    return cast(str, getattr(settings, "LIMITER_BACKEND", REDIS))


def queues() -> Mapping[str, str]:
    """LIMITER_QUEUES: the upstream behind each gated queue."""
    return cast("Mapping[str, str]", getattr(settings, "LIMITER_QUEUES", {}))


def get_gate() -> Gate:
    """The gate of this process, made at the first call."""
    global _gate
    with _lock:
        if _gate is None:
            _gate = memory_gate() if backend() == MEMORY else _redis_gate()
        return _gate


@contextmanager
def use_gate(gate: Gate) -> Iterator[Gate]:
    """Let another gate serve this process for a while (tests, simulations)."""
    global _gate
    with _lock:
        before, _gate = _gate, gate
    try:
        yield gate
    finally:
        with _lock:
            _gate = before


def memory_gate() -> SoloGate:
    """A new gate in memory. Nothing on this path imports redis."""
    from .solo.gate import SoloGate

    return SoloGate()


def _redis_gate() -> Gate:
    """The shared gate, on the connection that django-rq has for the gated queues.

    They all lie on one Redis: the check limiter.E005 sees to it. Where no queue is gated, the first
    queue's connection serves.
    """
    import django_rq

    from .gate.redis import RedisGate

    lists = {upstream: f"rq:queue:{queue}" for queue, upstream in queues().items()}
    return RedisGate(django_rq.get_connection(next(iter(queues() or settings.RQ_QUEUES))), lists=lists)
