"""A Redis that refuses, forgets or lost its scheduler: workers wait, and go on when it is back."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pytest_django import Settings
from redis import Redis
from redis.exceptions import RedisError
from rq import Retry
from rq.job import JobStatus
from rq.worker import BaseWorker

from config.embedded import EmbeddedRedis, Layout
from config.embedded.redis import UNSAFE_BUT_FAST
from limiter.gate import Gate, UpstreamConfig
from limiter.gate.refusals import is_away
from limiter.rq.queue import GatedQueue
from limiter.rq.upstreams import gate_on
from limiter.rq.worker import ConcurrentWorker
from tests.integration.rq import jobs
from tests.integration.rq.conftest import UPSTREAM, StartWorker, eventually

Switch = Callable[[Redis], object]


def set_to(name: str, value: str) -> Switch:
    return lambda client: client.config_set(name, value)


def follow(host: str, port: str) -> Switch:
    return lambda client: client.replicaof(host, port)


def busy(client: Redis) -> None:
    """A script without end, on a connection of its own."""
    client.config_set("busy-reply-threshold", 50)

    def spin() -> None:
        with suppress(RedisError):
            client.eval("while true do end", 0)

    threading.Thread(target=spin, daemon=True).start()


def idle(client: Redis) -> None:
    with suppress(RedisError):
        client.script_kill()


def cannot_save(client: Redis) -> None:
    """A folder stands where the server wants to write its file."""
    file = rdb_of(client)
    file.unlink(missing_ok=True)
    (file / "in the way").mkdir(parents=True)
    client.config_set("save", "3600 1")
    client.config_set("stop-writes-on-bgsave-error", "yes")
    client.bgsave()


def can_save(client: Redis) -> None:
    shutil.rmtree(rdb_of(client))
    client.config_set("save", "")
    client.bgsave()


def rdb_of(client: Redis) -> Path:
    return Path(str(client.config_get("dir")["dir"]), str(client.config_get("dbfilename")["dbfilename"]))


REFUSALS: dict[str, tuple[Switch, Switch]] = {
    "NOREPLICAS": (set_to("min-replicas-to-write", "1"), set_to("min-replicas-to-write", "0")),
    "OOM": (set_to("maxmemory", "1"), set_to("maxmemory", "0")),
    "READONLY": (
        lambda client: client.replicaof("127.0.0.1", 1),
        lambda client: client.replicaof("NO", "ONE"),
    ),
    "BUSY": (busy, idle),
    "MISCONF": (cannot_save, can_save),
}


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A server of this module's own: what is set there reaches no other test."""
    folder: Path = tmp_path_factory.mktemp("redis")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o711)
    layout = Layout(folder)
    server = EmbeddedRedis(layout, UNSAFE_BUT_FAST, dies_with_us=True)
    server.start()
    client = Redis.from_url(layout.redis_url)
    yield client
    client.close()
    server.stop()


@pytest.fixture
def redis_client(own_redis: Redis) -> Redis:
    """All of this module runs on that server."""
    own_redis.flushall()
    return own_redis


@pytest.mark.parametrize("code", REFUSALS)
def test_no_worker_ends_because_the_store_refuses(
    code: str, gated: GatedQueue, start_worker: StartWorker, redis_client: Redis, settings: Settings
) -> None:
    settings.LIMITER_WORKER_LEASE_SECONDS = 1.0
    refuse, relent = REFUSALS[code]
    worker = start_worker(gated)
    eventually(lambda: gated.enqueue(jobs.nothing).get_status() and worker.get_state() == "idle")
    refuse(redis_client)

    def refuses() -> bool:
        try:
            redis_client.set("refused", 1)
        except RedisError as error:
            return is_away(error)
        return False

    try:
        eventually(refuses)
        worker.last_cleaned_at = None  # rq's maintenance is due: it writes
        worker.wake_up.send()
        eventually(lambda: worker._away_since is not None)
    finally:
        relent(redis_client)
    eventually(lambda: not refuses())
    job = gated.enqueue(jobs.nothing)
    eventually(lambda: job.get_status() == JobStatus.FINISHED)
    eventually(lambda: worker._away_since is None)


def test_a_worker_that_redis_forgot_is_seen_again(
    gated: GatedQueue, gate: Gate, start_worker: StartWorker, redis_client: Redis, settings: Settings
) -> None:
    settings.LIMITER_WORKER_LEASE_SECONDS = 0.6
    worker = start_worker(gated)
    eventually(lambda: BaseWorker.all(connection=redis_client, queue=gated))
    for key in redis_client.keys("rq:worker*"):
        redis_client.delete(key)
    eventually(
        lambda: [each.name for each in BaseWorker.all(connection=redis_client, queue=gated)] == [worker.name]
    )
    assert redis_client.hget(worker.key, "birth")
    assert redis_client.hget(worker.key, "slots") == b"8"


def test_a_retry_with_a_pause_needs_no_scheduler(gated: GatedQueue, start_worker: StartWorker) -> None:
    job = gated.enqueue(jobs.fails_once, retry=Retry(max=1, interval=1))
    start_worker(gated)
    eventually(lambda: job.get_status() == JobStatus.FINISHED)
    assert gated.scheduled_job_registry.count == 0


def test_many_workers_put_what_is_due_in_line_once(
    gated: GatedQueue, start_worker: StartWorker, redis_client: Redis
) -> None:
    due = [gated.enqueue_in(jobs.ago(60), jobs.note, "runs") for _ in range(130)]
    for _ in range(2):
        start_worker(gated)
    eventually(lambda: all(job.get_status() == JobStatus.FINISHED for job in due))
    assert redis_client.llen("runs") == len(due)


def test_jobs_enqueued_after_a_long_line_was_emptied_run_at_once(gated: GatedQueue, gate: Gate) -> None:
    for _ in range(150):
        gated.enqueue(jobs.nothing)
    for _ in range(3):
        gate.expire(UPSTREAM)
    gated.empty()  # type: ignore[no-untyped-call]
    for _ in range(2):
        gated.enqueue(jobs.nothing)
    gate.expire(UPSTREAM)  # takes them in, at the head
    job = gated.enqueue(jobs.nothing)  # at the tail, behind ids that are nowhere else any more
    worker = ConcurrentWorker([gated], connection=gated.connection)
    worker.work(burst=True, logging_level="CRITICAL")
    worker.connection.connection_pool.disconnect()
    assert job.get_status() == JobStatus.FINISHED


def test_a_recovery_that_was_lost_on_the_way_is_made_up_for(
    gated: GatedQueue, start_worker: StartWorker, redis_client: Redis
) -> None:
    """A worker dies between ending another's lease and giving its job back."""
    gate = gate_on(redis_client)
    gate.configure(UpstreamConfig(UPSTREAM, 2, lease_seconds=1.0))
    gated.enqueue(jobs.waits_for_the_door)
    dead = start_worker(gated)
    assert jobs.started.acquire(timeout=60)
    for ticker in dead._tickers:
        ticker.stop()
    eventually(lambda: gate.expire(UPSTREAM))  # and nobody hears of it
    start_worker(gated)
    assert jobs.started.acquire(timeout=30)
