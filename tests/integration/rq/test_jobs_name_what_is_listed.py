"""Whoever can write to Redis runs no code on the workers: a job names what the settings list, or fails."""

from __future__ import annotations

import json
import logging
import pickle
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings
from redis import Redis
from rq import SimpleWorker
from rq.job import JobStatus

from limiter.rq.job import GatedJob
from limiter.rq.queue import GatedQueue
from limiter.rq.worker import ConcurrentWorker
from tests.integration.rq import jobs
from tests.integration.rq.conftest import StartWorker, eventually

ALLOWED = "tests.integration.rq.jobs.add"
TRAP = "tests.integration.rq.trap"


class Pickled:
    """Runs the trap when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return exec, (f"import {TRAP}",)


def data(function: object, instance: object = None) -> bytes:
    return zlib.compress(json.dumps([function, instance, [2, 3], {}]).encode())


WEBHOOK = json.dumps([{"url": "http://127.0.0.1:9/", "job_status": "failed"}])
FORGED: dict[str, dict[str, Any]] = {
    "another function": {"data": data(f"{TRAP}.spring")},
    "a function that is no name": {"data": data([f"{TRAP}.spring"])},
    "a method": {"data": data("format", "a text")},
    "pickled arguments": {"data": zlib.compress(pickle.dumps((ALLOWED, None, (Pickled(),), {})))},
    "pickled meta": {"data": data(f"{TRAP}.spring"), "meta": pickle.dumps(Pickled())},
    "a pickled result": {"data": data(f"{TRAP}.spring"), "result": pickle.dumps(Pickled())},
    "a callback for success": {"data": data(ALLOWED), "success_callback_name": f"{TRAP}.spring"},
    "a callback for failure": {"data": data(ALLOWED), "failure_callback_name": f"{TRAP}.spring"},
    "a callback for stopping": {"data": data(ALLOWED), "stopped_callback_name": f"{TRAP}.spring"},
    "a webhook": {"data": data(ALLOWED), "webhooks": WEBHOOK},
}


@pytest.fixture(autouse=True)
def listed(limiter_settings: None, settings: Settings) -> None:
    settings.LIMITER_ALLOWED_CALLABLES = [ALLOWED]
    sys.modules.pop(TRAP, None)


def forge(queue: GatedQueue, job_id: str, fields: dict[str, Any]) -> None:
    """As one writes it who reached Redis."""
    moment = "2026-08-01T08:00:00.000000Z"
    known: dict[Any, Any] = {
        "created_at": moment,
        "enqueued_at": moment,
        "origin": queue.name,
        "status": "queued",
        "timeout": 60,
    }
    queue.connection.hset(f"rq:job:{job_id}", mapping=known | fields)
    queue.connection.rpush(queue.key, job_id)


def has_failed(queue: GatedQueue, job_id: str) -> bool:
    return job_id in queue.failed_job_registry.get_job_ids(cleanup=False)


@pytest.mark.parametrize("name", ["gated", "plain"])
def test_a_worker_runs_what_is_listed_and_nothing_else(
    name: str,
    request: pytest.FixtureRequest,
    start_worker: StartWorker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue = request.getfixturevalue(name)
    ids = {way: f"forged-{number}" for number, way in enumerate(FORGED)}
    for way, job_id in ids.items():
        forge(queue, job_id, FORGED[way])
    honest = queue.enqueue(jobs.add, 2, 3)
    with caplog.at_level(logging.ERROR, "limiter.rq"):
        start_worker(queue)
        eventually(lambda: honest.get_status() == JobStatus.FINISHED)
        eventually(lambda: all(has_failed(queue, job_id) for job_id in ids.values()))
    assert TRAP not in sys.modules
    assert honest.return_value() == 5
    for job_id in ids.values():
        found = GatedJob.fetch(job_id, queue.connection)
        assert found.get_status() == JobStatus.FAILED
        assert "Refused: " in str(found.latest_result().exc_string)  # type: ignore[union-attr]
        assert sum(job_id in line for line in caplog.messages) == 1


@pytest.mark.parametrize("way", FORGED)
def test_a_worker_of_rqs_own_runs_none_of_it(way: str, gated: GatedQueue, redis_client: Redis) -> None:
    forge(gated, "forged", FORGED[way])
    SimpleWorker([gated], queue_class=GatedQueue, connection=redis_client).work(
        burst=True, logging_level="WARNING"
    )
    assert has_failed(gated, "forged")
    assert TRAP not in sys.modules


def test_what_is_due_goes_the_same_way(plain: GatedQueue, start_worker: StartWorker) -> None:
    forge(plain, "forged", FORGED["pickled meta"])
    plain.connection.delete(plain.key)
    plain.connection.zadd(plain.scheduled_job_registry.key, {"forged": time.time() - 60})
    start_worker(plain)
    eventually(lambda: has_failed(plain, "forged"))
    assert TRAP not in sys.modules


def test_a_lost_run_calls_no_callback_that_is_not_listed(
    plain: GatedQueue, start_worker: StartWorker
) -> None:
    forge(plain, "forged", {**FORGED["a callback for failure"], "status": "started"})
    plain.connection.delete(plain.key)
    plain.connection.zadd(plain.started_job_registry.key, {"forged:nobodys": time.time() + 3600})
    start_worker(plain)
    eventually(lambda: has_failed(plain, "forged"))
    assert TRAP not in sys.modules


def test_a_job_that_no_worker_would_run_is_not_enqueued(gated: GatedQueue) -> None:
    with pytest.raises(ValueError, match=r"does not list 'tests\.integration\.rq\.jobs\.fails'"):
        gated.enqueue(jobs.fails)
    assert gated.count == 0


def test_without_a_list_jobs_name_what_they_like(
    settings: Settings, redis_client: Redis, start_worker: StartWorker
) -> None:
    settings.LIMITER_ALLOWED_CALLABLES = None
    queue = GatedQueue("parse", connection=redis_client)
    job = queue.enqueue(jobs.add, 2, 3)
    start_worker(queue)
    eventually(job.return_value)


def test_a_list_that_is_a_text_is_refused(settings: Settings, redis_client: Redis) -> None:
    settings.LIMITER_ALLOWED_CALLABLES = ALLOWED
    with pytest.raises(Exception, match="expected a list of dotted paths"):
        ConcurrentWorker(["parse"], connection=redis_client)
