"""A host with a clock that is minutes off: what others compare with goes by the Redis server's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from redis import Redis
from rq import Retry
from rq.executions import ExecutionRegistry
from rq.utils import as_text

from limiter.base.server_time import server_seconds
from limiter.rq.job import GatedJob
from limiter.rq.queue import GatedQueue
from limiter.rq.settings import lease_seconds
from limiter.rq.worker.upkeep.schedule import Schedule
from tests.integration.rq import jobs
from tests.integration.rq.conftest import StartWorker, eventually

HOUR = 3600
STEP = 1.0  # a schedule knows whole seconds

both_ways = pytest.mark.parametrize("wrong", [600, -600], ids=["ahead", "behind"])


@contextmanager
def off_by(seconds: float) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True):
        yield


def planned(queue: GatedQueue, job: str) -> float | None:
    return queue.connection.zscore(queue.scheduled_job_registry.key, job)


@both_ways
@pytest.mark.parametrize("ends", ["returns", "raises"])
def test_a_retry_is_planned_by_the_server(
    plain: GatedQueue, redis_client: Redis, start_worker: StartWorker, wrong: int, ends: str
) -> None:
    before = server_seconds(redis_client)
    with off_by(wrong):
        if ends == "returns":
            job = plain.enqueue(jobs.again_after, HOUR)
        else:
            job = plain.enqueue(jobs.fails, retry=Retry(max=1, interval=HOUR))
        start_worker(plain)
        eventually(lambda: planned(plain, job.id))
    moment = planned(plain, job.id) or 0.0
    assert before - STEP <= moment - HOUR <= server_seconds(redis_client) + STEP


@both_ways
def test_a_job_for_later_is_planned_by_the_server(plain: GatedQueue, redis_client: Redis, wrong: int) -> None:
    before = server_seconds(redis_client)
    with off_by(wrong):
        job = plain.enqueue_in(timedelta(seconds=HOUR), jobs.nothing)
    moment = planned(plain, job.id) or 0.0
    assert before - STEP <= moment - HOUR <= server_seconds(redis_client) + STEP


@both_ways
def test_what_is_due_enters_and_nothing_else(plain: GatedQueue, redis_client: Redis, wrong: int) -> None:
    due = plain.enqueue_in(timedelta(seconds=HOUR), jobs.nothing)
    later = plain.enqueue_in(timedelta(seconds=HOUR), jobs.nothing)
    now = server_seconds(redis_client)
    redis_client.zadd(plain.scheduled_job_registry.key, {due.id: now - 10, later.id: now + 300})
    with off_by(wrong):
        Schedule([plain]).look()
    assert plain.get_job_ids() == [due.id]
    assert planned(plain, later.id) == pytest.approx(now + 300)


@both_ways
def test_a_worker_lives_and_its_runs_are_listed_by_the_server(
    plain: GatedQueue, redis_client: Redis, start_worker: StartWorker, wrong: int
) -> None:
    before = server_seconds(redis_client)
    with off_by(wrong):
        job = plain.enqueue(jobs.note_and_sleep, "runs", 1.0)
        worker = start_worker(plain)
        eventually(lambda: redis_client.llen("runs"))
        worker.heartbeat()
        key = ExecutionRegistry.key_template.format(job.id)
        listed = redis_client.zrange(key, 0, -1, withscores=True)
    heard = datetime.fromisoformat(as_text(redis_client.hget(worker.key, "last_heartbeat") or b""))
    now = server_seconds(redis_client)
    assert before <= heard.timestamp() <= now
    assert len(listed) == 1
    assert before < float(listed[0][1]) < now + 5 * lease_seconds()


@both_ways
def test_a_lease_is_renewed_at_its_pace(gated: GatedQueue, redis_client: Redis, wrong: int) -> None:
    gated.enqueue(jobs.nothing)
    with off_by(wrong):
        found = GatedQueue.dequeue_any([gated], None, redis_client)
    assert found is not None
    job = found[0]
    assert isinstance(job, GatedJob)
    assert job._lease is not None
    assert 1 < job._lease[2] <= lease_seconds() + STEP
