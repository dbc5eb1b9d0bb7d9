"""Which upstream stands behind a queue, and the gate that decides for it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rq.job import Job
from rq.queue import Queue

from ..gate import Gate
from ..gates import queues

if TYPE_CHECKING:
    from redis import ConnectionPool, Redis

_gates: dict[tuple[ConnectionPool, frozenset[tuple[str, str]]], Gate] = {}
_lock = threading.Lock()


def upstream_of(queue_name: str) -> str | None:
    """The upstream behind a queue. None: the queue is not limited and behaves as rq's own."""
    return queues().get(queue_name)


def gate_on(connection: Redis) -> Gate:
    """The gate on the Redis that holds the queues: both must be changed in one step.

    Kept for each connection pool, so that a worker's threads share one.
    """
    key = (connection.connection_pool, frozenset(queues().items()))
    with _lock:
        if key not in _gates:
            _gates[key] = _new_gate(connection, queues())
        return _gates[key]


def _new_gate(connection: Redis, upstreams: Mapping[str, str]) -> Gate:
    from ..gate.redis import RedisGate

    lists = {upstream: Queue.redis_queue_namespace_prefix + name for name, upstream in upstreams.items()}
    return RedisGate(connection, lists=lists, job_prefix=Job.redis_job_namespace_prefix)
