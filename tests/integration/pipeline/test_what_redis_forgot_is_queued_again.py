"""Rows that wait, and a Redis that has nothing of them: any worker's turn puts them in line again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from feedback.dispatch import job_queue, missing
from feedback.dispatch.ledger import PostgresLedger
from feedback.models import Job, User
from limiter.jobs.ledger import Requeuing
from tests.factories import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(owner: User, redis_client: redis.Redis) -> list[Job]:
    """Jobs that have waited for minutes; Redis was emptied meanwhile."""
    jobs = work.an_analysis(owner).jobs.filter(state=Job.State.WAITING)
    jobs.update(waiting_since=timezone.now() - timedelta(minutes=5))
    redis_client.flushdb()
    return list(jobs)


def due(job: Job, seconds: float) -> None:
    """Have it wait until a moment so many seconds ago."""
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() - timedelta(seconds=seconds))


def in_line(redis_client: redis.Redis, job: Job) -> int:
    return redis_client.lrange(f"rq:queue:{job.queue}", 0, -1).count(str(job.pk).encode())


def test_the_first_worker_that_asks_fills_a_redis_that_forgot(
    waiting: list[Job], redis_client: redis.Redis
) -> None:
    ledger = PostgresLedger(redis_client)
    assert isinstance(ledger, Requeuing)
    assert ledger.requeue_missing() == len(waiting) > 0
    assert {in_line(redis_client, job) for job in waiting} == {1}
    redis_client.delete(f"rq:queue:{waiting[0].queue}")
    assert ledger.requeue_missing() == 0  # not its turn: the others have just looked


def test_a_redis_that_forgets_again_is_filled_again(waiting: list[Job], redis_client: redis.Redis) -> None:
    ledger = PostgresLedger(redis_client)
    ledger.requeue_missing()
    redis_client.flushdb()
    assert ledger.requeue_missing() == len(waiting)


def test_what_has_just_become_due_waits_for_no_look_at_all_rows(
    waiting: list[Job], redis_client: redis.Redis
) -> None:
    now_due, later, *_ = waiting
    due(now_due, 1)
    due(later, -3600)
    redis_client.set(missing.ALL_KEY, 1)
    assert PostgresLedger(redis_client).requeue_missing() == 1
    assert (in_line(redis_client, now_due), in_line(redis_client, later)) == (1, 0)


def test_what_rq_still_has_is_left_where_it_is(waiting: list[Job], redis_client: redis.Redis) -> None:
    job = waiting[0]
    due(job, -60)
    job.refresh_from_db()
    job_queue.enqueue(job)  # in rq's schedule
    due(job, 1)
    assert missing.enqueue_due() == 0
    assert in_line(redis_client, job) == 0


def test_a_pass_that_fails_leaves_the_turn_to_another(
    waiting: list[Job], redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(job: Job) -> None:
        raise redis.ConnectionError

    with monkeypatch.context() as patched, pytest.raises(redis.ConnectionError):
        patched.setattr(job_queue, "enqueue", refused)
        missing.enqueue_missing_by_turns(redis_client)
    assert missing.enqueue_missing_by_turns(redis_client) == len(waiting)


def test_a_turn_from_before_the_servers_clock_was_put_back_ends_soon(
    waiting: list[Job], redis_client: redis.Redis
) -> None:
    for key in (missing.DUE_KEY, missing.ALL_KEY):
        redis_client.set(key, 1, ex=600)
    assert missing.enqueue_missing_by_turns(redis_client) == 0
    assert redis_client.ttl(missing.DUE_KEY) <= missing.DUE_SECONDS
    assert redis_client.ttl(missing.ALL_KEY) <= missing.ALL_SECONDS
