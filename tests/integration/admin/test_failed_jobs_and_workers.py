"""Failed jobs stand together by their cause and start again together; workers show what they hold."""

from __future__ import annotations

import django_rq
import pytest
import redis
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rq.executions import Execution
from rq.job import Job as RQJob

from feedback.messages.model import Message, message
from feedback.models import AuditEntry, Job, User
from feedback.selectors.work.failed_jobs import failed_by_cause
from feedback.selectors.work.workers import everybody
from feedback.services.accounts import roles
from limiter.rq.worker import ConcurrentWorker
from tests.factories import reading
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PAGE = "admin:feedback_job_dead"


@pytest.fixture
def office(operator: User) -> Client:
    return signed_in(operator)


SLOW = message("timed_out", text="180 s")


def away(text: str) -> Message:
    return message("unavailable", text=text)


def a_failed_job(owner: User, error: Message | None, outcome: str = "failure") -> Job:
    job = reading.job_of(reading.a_split_document(owner, sections=1).sections.get())
    reading.failed(job)
    Job.objects.filter(pk=job.pk).update(error=error, outcome=outcome)
    return job


def test_they_stand_by_cause_the_largest_first(owner: User) -> None:
    for error in (away("no route"), away("503"), SLOW, None):
        a_failed_job(owner, error)
    a_failed_job(owner, away("odd"), outcome="rejected")
    causes = [(cause.code, cause.outcome, cause.jobs) for cause in failed_by_cause()]
    assert causes[0] == ("unavailable", "failure", 2)
    assert sorted(causes[1:]) == [
        ("-", "failure", 1), ("timed_out", "failure", 1), ("unavailable", "rejected", 1),
    ]  # fmt: skip


def test_all_of_one_cause_start_again_with_a_reason_and_the_others_stay(office: Client, owner: User) -> None:
    gone = [a_failed_job(owner, away(f"no {number}")) for number in range(2)]
    slow = a_failed_job(owner, SLOW)
    assert "Unavailable: no 1" in office.get(reverse(PAGE)).content.decode()
    again = {"outcome": "failure", "code": "unavailable", "reason": "AWS is back"}
    page = office.post(reverse(PAGE), again, follow=True).content.decode()
    assert "2 jobs started again." in page
    assert set(Job.objects.filter(state="waiting").values_list("pk", flat=True)) == {job.pk for job in gone}
    slow.refresh_from_db()
    assert slow.state == Job.State.FAILED
    entries = AuditEntry.objects.filter(kind="job", what="retried")
    assert {entry.reason for entry in entries} == {"AWS is back"}


def test_without_a_reason_or_the_right_nothing_starts(office: Client, owner: User) -> None:
    job = a_failed_job(owner, away("no route"))
    unsaid = {"outcome": "failure", "code": "unavailable", "reason": " "}
    assert "Say why: it is kept." in office.post(reverse(PAGE), unsaid).content.decode()
    watcher = signed_in(member(roles.WATCHERS))
    assert "Try all again" not in watcher.get(reverse(PAGE)).content.decode()
    assert watcher.post(reverse(PAGE), {**unsaid, "reason": "why not"}).status_code == 403
    job.refresh_from_db()
    assert job.state == Job.State.FAILED


def test_a_worker_shows_its_slots_and_what_it_holds(
    office: Client, owner: User, redis_client: redis.Redis
) -> None:
    job = reading.job_of(reading.a_split_document(owner, title="On rivers").sections.get(position=0))
    queue = django_rq.get_queue("bedrock", connection=redis_client)
    worker = ConcurrentWorker([queue], connection=redis_client)
    worker.register_birth()  # type: ignore[no-untyped-call]  # rq's own
    run = RQJob.create("feedback.pipeline.entry.perform", id=str(job.pk), connection=redis_client)
    with redis_client.pipeline() as pipeline:
        execution = Execution(id="run", job_id=run.id, worker_name=worker.name, connection=redis_client)
        pipeline.sadd(worker.executions_key, execution.composite_key)
        pipeline.execute()
    (seen,) = everybody()
    assert (seen.is_alive, seen.slots, seen.holds) == (True, settings.LIMITER_WORKER_SLOTS, [str(job.pk)])
    page = office.get(reverse("admin:feedback_job_workers")).content.decode()
    assert f"1 of {settings.LIMITER_WORKER_SLOTS} slots" in page
    assert "On rivers" in page


def test_without_workers_the_page_says_what_to_do(office: Client, redis_client: redis.Redis) -> None:
    assert "manage.py rqworker" in office.get(reverse("admin:feedback_job_workers")).content.decode()
