"""The worker's settings, each from Django's settings or, first, from the environment of one process."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Number = TypeVar("Number", int, float)


def slots() -> int:
    """LIMITER_WORKER_SLOTS: how many jobs one worker process holds at once."""
    return _positive("LIMITER_WORKER_SLOTS", 32, int)


def grace_seconds() -> float:
    """LIMITER_WORKER_GRACE_SECONDS: after SIGTERM, before the calls that still run are cut."""
    return _positive("LIMITER_WORKER_GRACE_SECONDS", 30.0, float)


def lease_seconds() -> float:
    """LIMITER_WORKER_LEASE_SECONDS: for jobs of queues without an upstream, which would name its own."""
    return _positive("LIMITER_WORKER_LEASE_SECONDS", 30.0, float)


def allowed_callables() -> Collection[str] | None:
    """LIMITER_ALLOWED_CALLABLES: dotted paths of what jobs may name; None: whatever they name, as in rq."""
    listed: Collection[str] | None = getattr(settings, "LIMITER_ALLOWED_CALLABLES", None)
    if isinstance(listed, str):
        raise ImproperlyConfigured("LIMITER_ALLOWED_CALLABLES is a text: expected a list of dotted paths.")
    return listed


def _positive(name: str, default: Number, kind: Callable[[str], Number]) -> Number:
    raw = os.environ.get(name, getattr(settings, name, default))
    try:
        value = kind(str(raw))
    except ValueError:
        value = kind("0")
    if not value > 0:
        raise ImproperlyConfigured(f"{name} is {raw!r}: expected a number above 0.")
    return value
