"""The request managers of this process: one for each queue, as solo's stand-in for RQ's workers."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import close_old_connections

from limiter.gate.model import Settlement, Ticket, UpstreamConfig
from limiter.gates import get_gate, queues
from limiter.jobs.execution import Execution

from .gate import SoloGate
from .requests import RequestManager

WORKERS = 3  # threads for a queue with an upstream; LIMITER_SOLO_WORKERS
GRACE_SECONDS = 10.0  # for calls in flight when the process ends; LIMITER_SOLO_GRACE

_lock = threading.Lock()
_managers: dict[str, RequestManager] = {}


def get_request_manager(queue: str | None = None) -> RequestManager:
    """The manager of a queue in this process, made at the first call; by default of the first gated queue.

    A queue with an upstream obeys that upstream's configuration (seeded in solo: 30 requests a
    minute, 3 threads). One without an upstream has one thread and no limit: its work never waits
    behind the calls of another stage.
    """
    name = queue or next(iter(queues()), "solo")
    with _lock:
        if name not in _managers:
            if not _managers:
                atexit.register(shutdown)
            _managers[name] = _gated(queues()[name]) if name in queues() else _ungated(name)
        return _managers[name]


def shutdown(grace: float | None = None) -> None:
    """End every manager of this process; registered for the process's end."""
    seconds = cast(float, getattr(settings, "LIMITER_SOLO_GRACE", GRACE_SECONDS)) if grace is None else grace
    with _lock:
        managers = list(_managers.values())
        _managers.clear()
    for manager in managers:
        manager.shutdown(seconds)


def _gated(upstream: str) -> RequestManager:
    from limiter.configuration.policies import ensure_policy
    from limiter.configuration.publication import publish_missing

    gate = _gate()
    if not publish_missing(upstream) and not gate.status(upstream).version:
        gate.configure(UpstreamConfig(upstream, version=0, requests_per_minute=30.0, burst=WORKERS))

    def install(ticket: Ticket) -> None:
        ensure_policy(upstream, ticket.flow, ticket.group)

    return RequestManager(
        workers=cast(int, getattr(settings, "LIMITER_SOLO_WORKERS", WORKERS)),
        upstream=upstream,
        gate=gate,
        around=_own_connections,
        before_offer=install,
        after_settle=_record,
    )


def _ungated(queue: str) -> RequestManager:
    gate = _gate()
    name = f"queue:{queue}"  # no upstream's name has a colon
    gate.configure(UpstreamConfig(name, version=1))
    return RequestManager(workers=1, upstream=name, gate=gate, leased=False, around=_own_connections)


def _gate() -> SoloGate:
    gate = get_gate()
    if not isinstance(gate, SoloGate):
        raise ImproperlyConfigured('The request manager serves LIMITER_BACKEND = "memory" alone.')
    return gate


def _record(execution: Execution, settlement: Settlement) -> None:
    from limiter.services import record_breaker

    if execution.lease is not None and execution.outcome is not None:
        record_breaker(lease=execution.lease, outcome=execution.outcome, settlement=settlement)


@contextmanager
def _own_connections() -> Iterator[None]:
    """What Django does around a request: nothing stale before, nothing held after."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


def _after_fork() -> None:
    """Threads do not follow into a child: it begins with none."""
    global _lock
    _lock = threading.Lock()
    _managers.clear()


os.register_at_fork(after_in_child=_after_fork)
