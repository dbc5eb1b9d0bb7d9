"""Failed jobs stand together by their fingerprint and start again together; workers show what they hold."""

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
from feedback.selectors.work.failed_jobs import failed_with, failures_by_fingerprint
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


def test_they_stand_by_fingerprint_the_largest_first(owner: User) -> None:
    for error in (
        away("no route to 10.0.0.1"),
        away("no route to 10.0.0.2"),
        away("bad gateway"),
        SLOW,
        None,
    ):
        a_failed_job(owner, error)
    a_failed_job(owner, away("odd"), outcome="rejected")
    groups = [(group.code, group.outcome, group.jobs) for group in failures_by_fingerprint()]
    assert groups[0] == ("unavailable", "failure", 2)
    assert sorted(groups[1:]) == [
        ("-", "failure", 1), ("timed_out", "failure", 1), ("unavailable", "failure", 1),
        ("unavailable", "rejected", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Read timed out after 60.0 s", "Read timed out after 61.3 s", True),
        ("request req_9fK2aa failed", "request req_1bbcD0 failed", True),
        ("model 'nova' is not known", "model 'claude' is not known", True),
        ('no "ada" here, only “x”', 'no "ben" here, only “y”', True),
        ("Connection Refused by proxy", "connection refused by proxy", True),
        ("the answer is no JSON", "the answer is cut off", False),
        ("can't read it, don't try", "can't write it, don't try", False),
    ],
)
def test_what_differs_from_one_occurrence_to_the_next_makes_no_other_fingerprint(
    owner: User, one: str, other: str, is_same: bool
) -> None:
    a_failed_job(owner, away(one))
    a_failed_job(owner, away(other))
    assert (len(failures_by_fingerprint()) == 1) is is_same


def test_numbers_as_arguments_make_no_other_fingerprint_and_other_words_do(owner: User) -> None:
    a_failed_job(owner, message("too_many_words", words=120_000, most=50_000), "rejected")
    a_failed_job(owner, message("too_many_words", words=70_000, most=50_000), "rejected")
    a_failed_job(owner, message("aborted", text="cut", reason="deadline"))
    a_failed_job(owner, message("aborted", text="cut", reason="lost"))
    assert [group.jobs for group in failures_by_fingerprint()] == [2, 1, 1]


def test_the_jobs_of_a_fingerprint_are_found_by_its_first_digits(owner: User) -> None:
    gone = a_failed_job(owner, away("no route"))
    a_failed_job(owner, SLOW)
    (group,) = [each for each in failures_by_fingerprint() if each.code == "unavailable"]
    assert group.kinds == ["analyse"]
    for typed in (group.fingerprint, group.fingerprint[:6].upper()):
        assert [job.pk for job in failed_with(typed)] == [gone.pk]


def test_the_first_screen_has_them_with_a_way_to_their_page(office: Client, owner: User) -> None:
    a_failed_job(owner, away("no route"))
    (group,) = failures_by_fingerprint(lately=True)
    page = office.get(reverse("admin:index")).content.decode()
    assert f'{reverse(PAGE)}#failure-{group.fingerprint}">Unavailable: no route' in page
    assert f'id="failure-{group.fingerprint}"' in office.get(reverse(PAGE)).content.decode()


def test_all_of_one_fingerprint_start_again_with_a_reason_and_the_others_stay(
    office: Client, owner: User
) -> None:
    gone = [a_failed_job(owner, away(f"no {number}")) for number in range(2)]
    slow = a_failed_job(owner, SLOW)
    assert "Unavailable: no 1" in office.get(reverse(PAGE)).content.decode()
    (group,) = [each for each in failures_by_fingerprint() if each.jobs == 2]
    again = {"fingerprint": group.fingerprint, "reason": "AWS is back"}
    page = office.post(reverse(PAGE), again, follow=True).content.decode()
    assert "2 jobs started again." in page
    assert set(Job.objects.filter(state="waiting").values_list("pk", flat=True)) == {job.pk for job in gone}
    slow.refresh_from_db()
    assert slow.state == Job.State.FAILED
    entries = AuditEntry.objects.filter(kind="job", what="retried")
    assert {entry.reason for entry in entries} == {"AWS is back"}


def test_without_a_reason_or_the_right_nothing_starts(office: Client, owner: User) -> None:
    job = a_failed_job(owner, away("no route"))
    (group,) = failures_by_fingerprint()
    unsaid = {"fingerprint": group.fingerprint, "reason": " "}
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
