"""What an operator does to a job or a document, from its page or a list: done by the services, and kept."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from feedback.dispatch import job_queue
from feedback.messages.model import message
from feedback.models import AuditEntry, Document, Job, JobEvent, User
from feedback.services.accounts import roles
from limiter.gates import get_gate
from limiter.selectors import explain
from tests.factories import reading, work
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(operator: User) -> Client:
    return signed_in(operator)


def do(client: Client, row: Job | Document, verb: str, reason: str = "") -> Any:
    address = reverse(f"admin:feedback_{row._meta.model_name}_do", args=[row.pk, verb])
    return client.post(address, {"reason": reason}, follow=True)


def kept() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(kind__in=["job", "document"])


def newest() -> AuditEntry:
    entry = kept().first()
    assert entry is not None
    return entry


def a_failed_job(owner: User) -> Job:
    job = reading.job_of(reading.a_split_document(owner).sections.get(position=0))
    reading.failed(job)
    return job


def test_a_failed_job_starts_again_from_its_page_and_the_log_has_author_and_reason(
    office: Client, operator: User, owner: User
) -> None:
    job = a_failed_job(owner)
    page = do(office, job, "retry", "AWS is back").content.decode()
    job.refresh_from_db()
    assert (job.state, "Done: Try again." in page) == (Job.State.WAITING, True)
    entry = newest()
    assert (entry.who, entry.what, entry.subject) == (operator.email, "retried", str(job.pk))
    assert (entry.before["state"], entry.after["state"], entry.reason) == ("failed", "waiting", "AWS is back")


def test_what_changes_nothing_says_so_and_leaves_no_entry(office: Client, owner: User) -> None:
    job = reading.job_of(reading.a_split_document(owner).sections.get(position=0))
    reading.done(job)
    for verb in ("retry", "cancel", "front"):
        assert "Done:" not in do(office, job, verb).content.decode()
    assert not kept().exists()


def test_a_waiting_job_moves_before_the_others_of_its_flow(
    office: Client, owner: User, redis_client: redis.Redis, transactional_db: None
) -> None:
    work.a_simulated_upstream(max_in_flight=1)
    document = work.an_analysis(owner, upstream="simulated")
    first, last = document.jobs.order_by("pk")
    for job in (first, last):
        job_queue.enqueue(job)
    do(office, last, "front")
    last.refresh_from_db()
    assert last.priority == first.priority + 1
    assert [lease.job for lease in get_gate().admit("simulated").leases] == [str(last.pk)]
    assert last.events.filter(kind=JobEvent.Kind.FRONT).exists()
    assert (newest().before["priority"], newest().after["priority"]) == (0, 1)
    assert "the first of its flow already" in do(office, last, "front").content.decode()


def test_a_job_that_the_gate_knows_moves_too(
    office: Client, owner: User, redis_client: redis.Redis, transactional_db: None
) -> None:
    work.a_simulated_upstream(max_in_flight=1)
    jobs = list(work.an_analysis(owner, upstream="simulated", title="Three").jobs.order_by("pk"))
    jobs += list(work.an_analysis(owner, upstream="simulated", title="More").jobs.order_by("pk"))
    for job in jobs:
        job_queue.enqueue(job)
    taken = get_gate().admit("simulated").leases[0]
    *_, last = [job for job in jobs if str(job.pk) != taken.job]
    assert explain(upstream="simulated", job=str(last.pk)).ahead_in_flow == 2
    do(office, last, "front")
    assert explain(upstream="simulated", job=str(last.pk)).ahead_in_flow == 0


def test_documents_are_cancelled_from_their_page(office: Client, owner: User) -> None:
    document = reading.a_split_document(owner)
    do(office, document, "cancel", "handed in twice")
    document.refresh_from_db()
    assert document.state == Document.State.CANCELLED
    assert (newest().what, newest().kind, newest().reason) == ("cancelled", "document", "handed in twice")


def test_many_at_once_leave_an_entry_each(office: Client, owner: User) -> None:
    jobs = [a_failed_job(owner), a_failed_job(owner)]
    chosen = {"action": "retry", "_selected_action": [str(job.pk) for job in jobs]}
    page = office.post(reverse("admin:feedback_job_changelist"), chosen, follow=True).content.decode()
    assert "2 jobs started again." in page
    assert set(kept().values_list("subject", flat=True)) == {str(job.pk) for job in jobs}


def test_a_viewer_is_offered_nothing_and_refused(owner: User) -> None:
    job, watcher = a_failed_job(owner), signed_in(member(roles.WATCHERS))
    page = watcher.get(reverse("admin:feedback_job_change", args=[job.pk])).content.decode()
    assert "Try again" not in page
    assert do(watcher, job, "retry").status_code == 403
    job.refresh_from_db()
    assert job.state == Job.State.FAILED


def test_what_is_no_verb_or_no_job_is_not_found_and_looking_changes_nothing(
    office: Client, owner: User
) -> None:
    job = a_failed_job(owner)
    assert do(office, job, "explode").status_code == 404
    assert do(office, Job(pk=work.a_student().pk), "retry").status_code == 404
    assert office.get(reverse("admin:feedback_job_do", args=[job.pk, "retry"])).status_code == 403


def test_a_jobs_page_says_why_it_waits_and_shows_the_raw_error(office: Client, owner: User) -> None:
    document = reading.a_split_document(owner)
    job = reading.job_of(document.sections.get(position=0))
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.HELD, error=message("throttled", text="<Slow down> (id 42)")
    )
    page = office.get(reverse("admin:feedback_job_change", args=[job.pk])).content.decode()
    assert "It is held until its flow has room in the line." in page
    assert "Throttled: &lt;Slow down&gt; (id 42)" in page
