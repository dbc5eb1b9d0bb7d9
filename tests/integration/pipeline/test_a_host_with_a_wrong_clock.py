"""A host with a clock that is minutes off: what others compare with goes by the database's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from django.db.models.functions import Now

from feedback.dispatch import job_queue, missing
from feedback.models import Job
from feedback.pipeline.run import run
from feedback.providers.base import Throttled
from limiter.base.database_time import database_now
from limiter.base.server_time import server_seconds
from limiter.gate.model import Lease
from limiter.jobs.execution import Execution
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.work import an_analysis

pytestmark = pytest.mark.django_db(transaction=True)

PAUSE = 300
SLOW = timedelta(seconds=120)  # a machine may be that slow; the clock is off by ten minutes

both_ways = pytest.mark.parametrize("wrong", [600, -600], ids=["ahead", "behind"])


@pytest.fixture(autouse=True)
def provider(redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedProvider]:
    with in_place_of("offline", ScriptedProvider(), monkeypatch) as scripted:
        yield scripted


@contextmanager
def off_by(seconds: float) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True):
        yield


@pytest.fixture
def job() -> Job:
    found = an_analysis().jobs.filter(kind=Job.Kind.ANALYSE).order_by("pk").first()
    assert found is not None
    return found


def run_it(job: Job) -> float | None:
    lease = Lease(
        id=f"lease-{job.pk}-{job.attempt}", job=str(job.pk), upstream=job.upstream, flow=job.flow,
        group=job.group, tokens=1, generation=0, epoch="e", expires_at=0.0,
    )  # fmt: skip
    pause = run(str(job.pk), Execution(id=lease.id, job=str(job.pk), lease=lease))
    job.refresh_from_db()
    return pause


def waits(job: Job, since: timedelta, until: timedelta | None) -> None:
    """Waiting since and until so long ago by the database's clock."""
    Job.objects.filter(pk=job.pk).update(
        waiting_since=Now() - since, not_before=None if until is None else Now() - until
    )
    job.refresh_from_db()


def in_line(redis_client: redis.Redis, job: Job) -> int:
    return redis_client.lrange(f"rq:queue:{job.queue}", 0, -1).count(str(job.pk).encode())


def planned(redis_client: redis.Redis, job: Job) -> float | None:
    return redis_client.zscore(f"rq:scheduled:{job.queue}", str(job.pk))


@both_ways
def test_the_moments_of_a_run_are_the_databases(job: Job, provider: ScriptedProvider, wrong: int) -> None:
    provider.errors = [Throttled(retry_after=PAUSE)]
    before = database_now()
    with off_by(wrong):
        assert run_it(job) == PAUSE
    assert job.waiting_since is not None
    assert job.not_before is not None
    assert before <= job.waiting_since <= database_now()
    assert job.not_before - job.waiting_since == timedelta(seconds=PAUSE)
    assert job.started_at is not None
    assert before <= job.started_at <= job.waiting_since
    assert {event.at >= before for event in job.events.filter(kind__in=["claimed", "again"])} == {True}


@both_ways
def test_a_job_runs_from_its_moment_on_and_not_before(
    job: Job, provider: ScriptedProvider, wrong: int
) -> None:
    waits(job, timedelta(0), until=-timedelta(seconds=PAUSE))
    with off_by(wrong):
        assert run_it(job) is None
        assert (job.state, provider.calls) == ("waiting", 0)
        waits(job, timedelta(0), until=timedelta(0))
        run_it(job)
    assert (job.state, provider.calls) == ("done", 1)


@both_ways
def test_what_redis_lost_is_missed_by_the_databases_clock(
    job: Job, redis_client: redis.Redis, wrong: int
) -> None:
    Job.objects.exclude(pk=job.pk).delete()
    redis_client.flushdb()
    with off_by(wrong):
        waits(job, timedelta(0), until=None)
        assert missing.enqueue_missing() == 0, "its own process is about to do it"
        waits(job, timedelta(minutes=1), until=-SLOW)
        assert missing.enqueue_missing() + missing.enqueue_due() == 0, "its moment is to come"
        waits(job, timedelta(minutes=1), until=timedelta(seconds=10))
        assert missing.enqueue_missing() == 1
    assert in_line(redis_client, job) == 1


@both_ways
def test_a_pause_is_planned_in_redis_by_its_servers_clock(
    job: Job, redis_client: redis.Redis, wrong: int
) -> None:
    waits(job, timedelta(0), until=-timedelta(hours=1))
    before = server_seconds(redis_client)
    with off_by(wrong):
        job_queue.enqueue(job)
    moment = planned(redis_client, job)
    assert moment is not None
    assert abs(moment - before - 3600) < SLOW.total_seconds()


@pytest.mark.parametrize("look", [missing.enqueue_due, missing.enqueue_missing])
def test_what_is_due_does_not_wait_for_a_schedule_by_another_clock(
    job: Job, redis_client: redis.Redis, look: object
) -> None:
    """As after the server's clock was put back: RQ would have it wait for an hour more."""
    assert callable(look)
    Job.objects.exclude(pk=job.pk).delete()
    redis_client.flushdb()
    waits(job, timedelta(minutes=1), until=-timedelta(hours=1))
    job_queue.enqueue(job)
    waits(job, timedelta(minutes=1), until=timedelta(seconds=10))
    assert look() == 1
    assert (in_line(redis_client, job), planned(redis_client, job)) == (1, None)
    assert look() == 0
