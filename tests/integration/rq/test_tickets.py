from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis
from rq.job import Job
from rq.utils import as_text

from limiter.rq.queue import GatedQueue
from tests.integration.rq.jobs import nothing

TICKET = {
    "gate_flow": "ada",
    "gate_group": "logic",
    "gate_priority": 3,
    "gate_document": "d1",
    "gate_tokens": 900,
}
STORED = {name: str(value) for name, value in TICKET.items()}


def stored_ticket(redis: Redis, job: Job) -> dict[str, str]:
    fields = {as_text(name): value for name, value in redis.hgetall(job.key).items()}
    return {name: as_text(value) for name, value in fields.items() if name.startswith("gate_")}


def test_a_ticket_given_to_enqueue_stands_on_the_jobs_hash(gated: GatedQueue, redis_client: Redis) -> None:
    job = gated.enqueue(nothing, **TICKET)
    assert stored_ticket(redis_client, job) == STORED
    assert job.kwargs == {}


def test_a_ticket_in_the_meta_is_as_good(gated: GatedQueue, redis_client: Redis) -> None:
    assert stored_ticket(redis_client, gated.enqueue_call(nothing, meta=TICKET)) == STORED


def test_a_unique_job_has_its_ticket(gated: GatedQueue, redis_client: Redis) -> None:
    job = gated.enqueue(nothing, job_id="once", unique=True, **TICKET)
    assert stored_ticket(redis_client, job) == STORED


def test_a_scheduled_job_has_its_ticket_before_it_is_due(gated: GatedQueue, redis_client: Redis) -> None:
    job = gated.enqueue_in(timedelta(hours=1), nothing, **TICKET)
    assert stored_ticket(redis_client, job) == STORED


def test_a_deferred_job_has_its_ticket_while_it_waits(gated: GatedQueue, redis_client: Redis) -> None:
    first = gated.enqueue(nothing)
    job = gated.enqueue(nothing, depends_on=first, **TICKET)
    assert job.is_deferred
    assert stored_ticket(redis_client, job) == STORED


def test_many_jobs_enqueued_at_once_have_each_their_own(gated: GatedQueue, redis_client: Redis) -> None:
    datas = [GatedQueue.prepare_data(nothing, gate_flow=name) for name in ("ada", "bob")]
    stored = [stored_ticket(redis_client, job) for job in gated.enqueue_many(datas)]
    assert stored == [{"gate_flow": "ada"}, {"gate_flow": "bob"}]


def test_a_job_made_beforehand_brings_its_ticket(gated: GatedQueue, redis_client: Redis) -> None:
    job = Job.create(nothing, connection=redis_client, meta=dict(TICKET))
    assert stored_ticket(redis_client, gated.enqueue_job(job)) == STORED


def test_without_a_ticket_nothing_is_added(gated: GatedQueue, redis_client: Redis) -> None:
    assert stored_ticket(redis_client, gated.enqueue(nothing)) == {}


@pytest.mark.parametrize("at_front", [False, True])
def test_a_requeued_job_keeps_its_ticket(gated: GatedQueue, redis_client: Redis, at_front: bool) -> None:
    job = gated.enqueue(nothing, **TICKET)
    gated.remove(job)
    gated.failed_job_registry.add(job, ttl=60)
    gated.failed_job_registry.requeue(job.id, at_front=at_front)
    assert stored_ticket(redis_client, job) == STORED
