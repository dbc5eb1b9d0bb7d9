"""A Redis that is found by Sentinels: every kind of client finds its primary, also after a failover."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import redis
from django_rq.connection_utils import get_redis_connection
from pytest_django import Settings
from rq.exceptions import InvalidJobOperation

from config.supervisor.ports import free_port
from limiter.base.addresses import connected, connected_async, queue_options
from limiter.named.stores.quick import quick
from limiter.rq.listener import Listener
from limiter.rq.queue import GatedQueue
from limiter.rq.worker import ConcurrentWorker
from tests.integration.rq.jobs import nothing
from tests.matrix.servers import RedisServer, Sentinel
from tests.running import wait_until

SECONDS = 120.0


def until(holds: Callable[[], bool], what: str) -> None:
    def does() -> bool:
        # What the old primary took after the replica was promoted is lost, a job too.
        with suppress(redis.RedisError, InvalidJobOperation):
            return holds()
        return False

    wait_until(does, what, SECONDS)


@pytest.fixture
def primary(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "primary", free_port(0))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def replica(tmp_path: Path, primary: RedisServer) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "replica", free_port(0))
    server.start(["--replicaof", "127.0.0.1", str(primary.port), "--repl-diskless-sync-delay", "0"])
    yield server
    server.kill()


@pytest.fixture
def sentinel(tmp_path: Path, primary: RedisServer, replica: RedisServer) -> Iterator[Sentinel]:
    with Sentinel(tmp_path / "sentinel", "campus", primary.port) as sentinel:
        wait_until(sentinel.knows_a_replica, "it learns of the replica")
        yield sentinel


@pytest.mark.long
def test_all_clients_follow_a_failover(sentinel: Sentinel, replica: RedisServer, settings: Settings) -> None:
    settings.LIMITER_ALLOWED_CALLABLES = None  # a project with functions of its own
    address = f"redis-sentinel://127.0.0.1:1,127.0.0.1:{sentinel.port}/1?master=campus"  # the first is away
    queued = get_redis_connection(queue_options(address))

    async def written() -> bool:
        client = connected_async(address)
        try:
            return bool(await client.set("async", 1))
        finally:
            await client.aclose()

    def a_job_is_done() -> bool:
        queue = GatedQueue("parse", connection=queued)
        job = queue.enqueue(nothing)
        ConcurrentWorker([queue], connection=queued).work(burst=True, logging_level="ERROR")
        return job.is_finished

    def hears() -> bool:
        with Listener(queued, ["parse"]) as listener:
            queued.rpush("rq:queue:parse", "none")
            listener.wait(SECONDS)
        return bool(queued.delete("rq:queue:parse"))

    with closing(connected(address)) as plain, closing(quick(plain, 2.0)) as hurried:
        kinds: dict[str, Callable[[], bool]] = {
            "plain": lambda: bool(plain.set("plain", 1)),
            "quick": lambda: bool(hurried.set("quick", 1)),
            "async": lambda: asyncio.run(written()),
            "worker": a_job_is_done,
            "listener": hears,
        }
        for kind, works in kinds.items():
            until(works, f"{kind} never worked")
        wait_until(sentinel.fail_over, "it agrees to a failover")
        wait_until(lambda: sentinel.primary == replica.port, "the replica is promoted")
        for kind, works in kinds.items():
            until(works, f"{kind} never worked after the failover")
