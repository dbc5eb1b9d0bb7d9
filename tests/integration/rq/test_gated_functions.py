"""What a function declares by @gated goes with each of its jobs, whichever way they are enqueued."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django_rq
import pytest
from django.db import transaction
from pytest_django import Settings
from redis import Redis
from rq.job import Job
from rq.utils import as_text

from limiter.gate import Gate
from limiter.rq.queue import GatedQueue
from limiter.rq.worker import ConcurrentWorker
from tests.integration.rq import jobs
from tests.integration.rq.conftest import UPSTREAM

DECLARED = {"gate_flow": "ada", "gate_group": "trial", "gate_priority": "2", "gate_tokens": "4"}


def stored(redis: Redis, job: Job) -> dict[str, str]:
    return {
        as_text(name): as_text(value)
        for name, value in redis.hgetall(job.key).items()
        if name[:5] == b"gate_"
    }


def by_delay(queue: GatedQueue) -> Job:
    decorated: Any = django_rq.job(queue.name)(jobs.declared)
    job: Job = decorated.delay("ada", "four")
    return job


def by_many(queue: GatedQueue) -> Job:
    return queue.enqueue_many([GatedQueue.prepare_data(jobs.declared, ("ada",), {"text": "four"})])[0]


WAYS: dict[str, Callable[[GatedQueue], Job]] = {
    "enqueue": lambda queue: queue.enqueue(jobs.declared, "ada", text="four"),
    "enqueue with its arguments named": lambda queue: queue.enqueue(jobs.declared, args=("ada", "four")),
    "enqueue_call": lambda queue: queue.enqueue_call(jobs.declared, ("ada", "four")),
    "enqueue_call by position": lambda queue: queue.enqueue_call(jobs.declared, ("ada", "four"), {}, 60, 300),
    "enqueue_in": lambda queue: queue.enqueue_in(timedelta(hours=1), jobs.declared, "ada", "four"),
    "delay": by_delay,
    "enqueue_many": by_many,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_job_carries_what_its_function_declares(way: str, gated: GatedQueue, redis_client: Redis) -> None:
    assert stored(redis_client, WAYS[way](gated)) == DECLARED


def test_what_enqueue_is_given_goes_before(gated: GatedQueue, redis_client: Redis) -> None:
    job = gated.enqueue(jobs.declared, "ada", "four", gate_group="paid", meta={"gate_tokens": 9})
    assert stored(redis_client, job) == {**DECLARED, "gate_group": "paid", "gate_tokens": "9"}


def test_a_queue_of_another_upstream_refuses_the_job(gated: GatedQueue, plain: GatedQueue) -> None:
    for queue in (gated, plain):
        with pytest.raises(ValueError, match="of_another_upstream is gated by upstream 'another'"):
            queue.enqueue(jobs.of_another_upstream)
        assert queue.count == 0


def test_nonsense_of_a_callable_is_refused_where_the_job_is_enqueued(
    gated: GatedQueue, db: None, settings: Settings
) -> None:
    later = GatedQueue("offline", connection=gated.connection, commit_mode="on_db_commit")
    with transaction.atomic(), pytest.raises(ValueError, match="cost is 'abc': expected a whole number"):
        later.enqueue(jobs.of_nonsense, "abc")
    assert gated.count == 0


@pytest.mark.parametrize("kind", ["throttled", "rejected", "failure", ""])
def test_an_exception_is_settled_as_what_the_function_says_it_means(
    kind: str, gated: GatedQueue, gate: Gate
) -> None:
    job = gated.enqueue(jobs.says_what_its_errors_mean, kind)
    ConcurrentWorker([gated], connection=gated.connection).work(burst=True, logging_level="CRITICAL")
    assert ended(job).is_finished is not bool(kind)
    assert settled(gate) == {f"settled_{kind or 'success'}": 1}


def test_a_coroutine_says_it_too(gated: GatedQueue, gate: Gate) -> None:
    job = gated.enqueue(jobs.says_it_later)
    ConcurrentWorker([gated], connection=gated.connection).work(burst=True, logging_level="CRITICAL")
    assert ended(job).is_failed
    assert settled(gate) == {"settled_throttled": 1}


def settled(gate: Gate) -> dict[str, Any]:
    counters = gate.status(UPSTREAM).counters
    return {name: count for name, count in counters.items() if name.startswith("settled_") and count}


def ended(job: Job) -> Job:
    job.refresh()  # type: ignore[no-untyped-call]
    return job
