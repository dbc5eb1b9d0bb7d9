"""A gated queue, one that is not, and a worker in a thread of the test's process."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings
from redis import Redis

from limiter.gate import Gate, UpstreamConfig
from limiter.rq.queue import GatedQueue
from limiter.rq.upstreams import gate_on
from limiter.rq.worker import ConcurrentWorker
from tests.integration.rq import jobs

UPSTREAM = "offline"
StartWorker = Callable[..., ConcurrentWorker]


@pytest.fixture(autouse=True)
def limiter_settings(settings: Settings) -> None:
    settings.LIMITER_QUEUES = {"offline": UPSTREAM}
    settings.LIMITER_LEDGER = "limiter.rq.ledger.HashLedger"
    settings.LIMITER_ALLOWED_CALLABLES = None  # a project with functions of its own
    settings.LIMITER_WORKER_SLOTS = 8
    settings.LIMITER_WORKER_GRACE_SECONDS = 0.1
    jobs.opened.clear()
    while jobs.started.acquire(blocking=False):
        pass


@pytest.fixture
def gate(redis_client: Redis) -> Gate:
    return gate_on(redis_client)


@pytest.fixture
def gated(redis_client: Redis, gate: Gate) -> GatedQueue:
    """A queue behind an upstream that lets everything through, until a test configures it anew."""
    gate.configure(UpstreamConfig(UPSTREAM, 1))
    return GatedQueue("offline", connection=redis_client)


@pytest.fixture
def plain(redis_client: Redis) -> GatedQueue:
    """A queue without an upstream."""
    return GatedQueue("parse", connection=redis_client)


@pytest.fixture
def start_worker(redis_client: Redis) -> Iterator[StartWorker]:
    """Starts workers on threads; they are stopped when the test is over."""
    running: list[tuple[ConcurrentWorker, threading.Thread]] = []

    def start(*queues: GatedQueue, **options: Any) -> ConcurrentWorker:
        worker = ConcurrentWorker(queues, connection=redis_client)
        thread = threading.Thread(target=worker.work, kwargs={"logging_level": "WARNING", **options})
        thread.start()
        running.append((worker, thread))
        return worker

    yield start
    jobs.opened.set()
    for worker, thread in running:
        worker.request_stop(signal.SIGTERM, None)
        thread.join()
        worker.connection.connection_pool.disconnect()


def eventually(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.02)
