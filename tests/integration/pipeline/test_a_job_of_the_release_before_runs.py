"""A job that the release before put in Redis is run by this one: names are kept, and pickles are not read.

Its worker refuses what is not JSON, and the next pass of reconcile puts the job in line anew, from its row.
"""

from __future__ import annotations

import pickle
import threading
import zlib
from datetime import timedelta
from typing import Any

import django_rq
import pytest
import redis
from django.utils import timezone
from django.utils.module_loading import import_string

from feedback.dispatch.missing import enqueue_missing
from feedback.models import Job, User
from limiter.configuration.publication import reconcile_configuration
from limiter.rq.worker import ConcurrentWorker
from tests.factories.work import TEXT, a_document, a_job, an_analysis

# As commit 768ab8b wrote them: in the data of each job, and in the settings of operators.
STORED_FUNCTION = "feedback.pipeline.entry.perform"
TYPED_IN_SETTINGS = (
    "limiter.rq.queue.GatedQueue",
    "limiter.rq.worker.ConcurrentWorker",
    "limiter.rq.ledger.HashLedger",
    "feedback.dispatch.ledger.PostgresLedger",
)


def put_in_redis(job: Job, client: redis.Redis) -> None:
    """As that release left a waiting job: its hash, with the ticket beside rq's own fields, and its list."""
    ticket: dict[str, Any] = {
        "gate_flow": job.flow,
        "gate_group": job.group,
        "gate_priority": job.priority,
        "gate_document": str(job.document_id),
        "gate_tokens": job.tokens - job.max_tokens,
        "gate_output": job.max_tokens,
    }
    moment = "2026-08-01T08:00:00.000000Z"
    fields: Any = {
        "created_at": moment, "enqueued_at": moment, "started_at": "", "ended_at": "", "last_heartbeat": "",
        "data": zlib.compress(pickle.dumps((STORED_FUNCTION, None, (str(job.pk),), {}))),
        "success_callback_name": "", "failure_callback_name": "", "stopped_callback_name": "",
        "worker_name": "", "group_id": "", "origin": job.queue, "status": "queued",
        "description": f"{job.kind} {job.document_id}", "timeout": 240, "result_ttl": 3600,
        "failure_ttl": 2592000, "meta": pickle.dumps({**ticket, "traceparent": ""}), **ticket,
    }  # fmt: skip
    client.hset(f"rq:job:{job.pk}", mapping=fields)
    client.sadd("rq:queues", f"rq:queue:{job.queue}")
    client.rpush(f"rq:queue:{job.queue}", str(job.pk))


def work_off(queue: str, client: redis.Redis) -> None:
    worker = ConcurrentWorker([django_rq.get_queue(queue, connection=client)], connection=client)
    thread = threading.Thread(target=worker.work, kwargs={"burst": True, "logging_level": "WARNING"})
    thread.start()
    thread.join()


def work_off_and_rebuild(queue: str, client: redis.Redis) -> None:
    work_off(queue, client)
    Job.objects.update(waiting_since=timezone.now() - timedelta(minutes=1))
    assert enqueue_missing() > 0
    work_off(queue, client)


@pytest.mark.django_db(transaction=True)
def test_a_stored_job_of_a_stage_runs(owner: User, redis_client: redis.Redis) -> None:
    document = a_document(owner, text=TEXT)
    job = a_job(document, kind=Job.Kind.SPLIT, queue="split")
    put_in_redis(job, redis_client)
    work_off_and_rebuild("split", redis_client)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert document.sections.exists()


@pytest.mark.django_db(transaction=True)
def test_a_stored_job_that_passes_the_gate_runs(owner: User, redis_client: redis.Redis) -> None:
    reconcile_configuration()
    first, second = an_analysis(owner).jobs.order_by("pk")
    for job in (first, second):
        put_in_redis(job, redis_client)
    work_off_and_rebuild("offline", redis_client)
    assert set(Job.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True)) == {
        Job.State.DONE
    }


@pytest.mark.parametrize("path", [STORED_FUNCTION, *TYPED_IN_SETTINGS])
def test_a_path_that_is_stored_or_typed_still_leads_there(path: str) -> None:
    assert import_string(path)
