"""A pytest plugin for the process that runs rq's tests: our classes in the place of rq's.

Loaded as a top-level module, since the package `tests` is rq's own in that process.

RQ_SUITE_MODE chooses what is swapped:

  stock      nothing: the reference
  unlimited  GatedQueue, no upstream behind any queue
  gated      GatedQueue, a generous upstream behind every queue; after each test the gate must have
             admitted exactly the jobs that were dequeued
  worker     GatedQueue with generous upstreams, and ConcurrentWorker for rq's workers
"""

from __future__ import annotations

import inspect
import multiprocessing
import os
import sys
import tomllib
from collections.abc import Generator, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import django
import pytest
from redirect import redirect  # type: ignore[import-not-found]  # beside it in that process
from redis import Redis

MODE = os.environ["RQ_SUITE_MODE"]
PORT = int(os.environ["RQ_SUITE_PORT"])
DEQUEUED = "suite:dequeued"


class AllLists(dict[str, str]):
    """Every upstream has the list of the queue of its name."""

    def get(self, key: str, default: Any = None) -> Any:
        return f"rq:queue:{key}"

    def __contains__(self, key: object) -> bool:
        return True


def pytest_configure() -> None:
    django.setup()
    redirect(PORT)
    if MODE != "stock":
        _swap_queue()
    if MODE in ("gated", "worker"):
        _open_generous_gates()


def _swap_queue() -> None:
    from rq.worker import BaseWorker

    from limiter.rq.queue import GatedQueue

    BaseWorker.queue_class = GatedQueue


def _open_generous_gates() -> None:
    from limiter.gate import Admission, UpstreamConfig
    from limiter.gate.redis import RedisGate
    from limiter.rq import queue, upstreams
    from limiter.rq.worker import fetch

    class GenerousGate(RedisGate):
        def __init__(self, connection: Redis) -> None:
            super().__init__(connection)
            self._lists = AllLists()

        def admit(self, upstream: str, k: int = 1, **kwargs: Any) -> Admission:
            self.configure(
                UpstreamConfig(upstream, 1, requests_per_minute=1e6, burst=1e4, max_in_flight=1000)
            )
            return super().admit(upstream, k, **kwargs)

    upstreams.upstream_of = lambda name: name  # type: ignore[assignment]
    upstreams.gate_on = GenerousGate
    _count_dequeues(queue, fetch)


def _count_dequeues(queue: ModuleType, fetch: ModuleType) -> None:
    dequeue, take = queue.GatedQueue.dequeue_any.__func__, fetch.Fetcher.take

    def counted_dequeue(
        cls: Any, queues: Any, timeout: Any, connection: Redis, *args: Any, **kwargs: Any
    ) -> Any:
        found = dequeue(cls, queues, timeout, connection, *args, **kwargs)
        if found is not None:
            connection.incr(DEQUEUED)
        return found

    def counted_take(self: Any, taken_from: Any, k: int) -> Any:
        runs = take(self, taken_from, k)
        if runs:
            taken_from.connection.incrby(DEQUEUED, len(runs))
        return runs

    queue.GatedQueue.dequeue_any = classmethod(counted_dequeue)
    fetch.Fetcher.take = counted_take


def excluded(mode: str) -> dict[str, str]:
    """Test id to reason, for one mode."""
    file = Path(__file__).with_name("exclusions.toml")
    groups = tomllib.loads(file.read_text(encoding="utf-8"))["group"]
    return {test: group["reason"] for group in groups if mode in group["modes"] for test in group["tests"]}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith("tests."):  # rq's own, its fixtures among them
            _swap_names(module)
    reasons = excluded(MODE)
    unknown = set(reasons) - {item.nodeid for item in items} if os.environ.get("RQ_SUITE_WHOLE") else set()
    if unknown:
        raise pytest.UsageError(f"excluded tests that do not exist: {sorted(unknown)}")
    keep = [item for item in items if item.nodeid not in reasons]
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in reasons])
    items[:] = keep


def _swap_names(module: ModuleType) -> None:
    """Put our classes under the names that a test module imported."""
    if MODE == "stock":
        return
    import rq
    from rq.worker import SimpleWorker, Worker

    from limiter.rq.queue import GatedQueue
    from limiter.rq.worker import ConcurrentWorker

    for name, value in inspect.getmembers(module, inspect.isclass):
        if value is rq.Queue:
            setattr(module, name, GatedQueue)
        if MODE == "worker" and value in (Worker, SimpleWorker):
            setattr(module, name, ConcurrentWorker)


def pytest_runtest_teardown() -> None:
    """Workers that a failed test left behind would run the jobs of the next one, and never end."""
    for child in multiprocessing.active_children():
        child.kill()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    yield
    connection = getattr(getattr(item, "instance", None), "connection", None)
    if MODE == "gated" and connection is not None:
        assert _admitted(connection) == int(connection.get(DEQUEUED) or 0)


def _admitted(connection: Redis) -> int:
    keys: Iterable[bytes] = connection.scan_iter("limiter:*:counters")
    return sum(int(connection.hget(key, "admitted") or 0) for key in keys)
