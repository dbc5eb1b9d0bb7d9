"""A Redis that is found by Sentinels: every kind of client finds its primary, also after a failover."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import redis
from django_rq.connection_utils import get_redis_connection
from pytest_django import Settings
from rq.exceptions import InvalidJobOperation

from config.embedded.redis import binary
from config.supervisor.ports import free_port
from limiter.addresses import connected, connected_async, queue_options
from limiter.named.quick import quick
from limiter.rq.listener import Listener
from limiter.rq.queue import GatedQueue
from limiter.rq.worker import ConcurrentWorker
from tests.integration.rq.jobs import nothing
from tests.matrix.servers import RedisServer

SECONDS = 120.0


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        # What the old primary took after the replica was promoted is lost, a job too.
        with suppress(redis.RedisError, InvalidJobOperation):
            if holds():
                return
        time.sleep(0.1)
    raise AssertionError(what)


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
def sentinel(tmp_path: Path, primary: RedisServer, replica: RedisServer) -> Iterator[int]:
    """The port of a Sentinel that knows both."""
    port, file = free_port(0), tmp_path / "sentinel.conf"
    file.write_text(f"port {port}\ndir {tmp_path}\nsentinel monitor campus 127.0.0.1 {primary.port} 1\n")
    with (tmp_path / "sentinel.log").open("ab") as log:
        process = subprocess.Popen([binary(), file, "--sentinel"], stdout=log, stderr=log)
    with redis.Redis(port=port) as asked:
        # It asks the primary for its replicas every ten seconds.
        until(lambda: bool(asked.sentinel_slaves("campus")), "Sentinel never learnt of the replica")
    yield port
    process.terminate()
    process.wait(30)


def fail_over(sentinel: int, replica: RedisServer) -> None:
    with redis.Redis(port=sentinel) as asked:
        until(lambda: bool(asked.execute_command("SENTINEL", "FAILOVER", "campus")), "it was refused")
        until(
            lambda: int(asked.sentinel_get_master_addr_by_name("campus")[1]) == replica.port,
            "the replica was never promoted",
        )


@pytest.mark.long
def test_all_clients_follow_a_failover(sentinel: int, replica: RedisServer, settings: Settings) -> None:
    settings.LIMITER_ALLOWED_CALLABLES = None  # a project with functions of its own
    address = f"redis-sentinel://127.0.0.1:1,127.0.0.1:{sentinel}/1?master=campus"  # the first is away
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
        fail_over(sentinel, replica)
        for kind, works in kinds.items():
            until(works, f"{kind} never worked after the failover")
