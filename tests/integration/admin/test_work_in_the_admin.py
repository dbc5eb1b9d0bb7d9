"""Operators see states and start things again; the text of a student they do not see."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import Document, Job, JobEvent, User
from tests.factories import reading
from tests.people import signed_in

TABLES = ("user", "course", "assignment", "document", "job", "feedback")


@pytest.fixture
def office(operator: User) -> Client:
    return signed_in(operator)


@pytest.fixture
def document(owner: User) -> Document:
    return reading.a_read_document(owner, title="Bees in spring")


def act(office: Client, table: str, action: str, *rows: Document | Job) -> str:
    answer = office.post(
        reverse(f"admin:feedback_{table}_changelist"),
        {"action": action, "_selected_action": [str(row.pk) for row in rows]},
        follow=True,
    )
    return answer.content.decode()


@pytest.mark.parametrize("table", TABLES)
def test_every_table_opens(office: Client, document: Document, table: str) -> None:
    assert office.get(reverse(f"admin:feedback_{table}_changelist")).status_code == 200
    assert office.get(reverse(f"admin:feedback_{table}_changelist"), {"q": "bees"}).status_code == 200


def test_no_page_shows_the_students_text(office: Client, document: Document) -> None:
    job = document.jobs.filter(kind=Job.Kind.ANALYSE).first()
    given = document.feedback.first()
    assert job is not None and given is not None
    for table, row in (("document", document), ("job", job), ("feedback", given)):
        page = office.get(reverse(f"admin:feedback_{table}_change", args=[row.pk])).content.decode()
        assert "Bees in spring" in page
        assert "pollinate" not in page
        assert "Say what makes it clear" not in page


def test_a_jobs_page_tells_its_story_in_order(office: Client, document: Document) -> None:
    job = document.jobs.filter(kind=Job.Kind.ANALYSE).first()
    assert job is not None
    for kind in (JobEvent.Kind.CREATED, JobEvent.Kind.CLAIMED, JobEvent.Kind.DONE):
        JobEvent.objects.create(job=job, kind=kind, attempt=1)
    page = office.get(reverse("admin:feedback_job_change", args=[job.pk])).content.decode()
    assert page.index("Created (run 1)") < page.index("Started (run 1)") < page.index("Done (run 1)")
    assert f"/{job.pk}/" in page  # the same job on RQ's own pages


def test_failed_documents_start_again_and_the_message_counts(office: Client, document: Document) -> None:
    job = reading.job_of(document.sections.get(position=0))
    reading.failed(job)
    assert "1 job of 1 document started again." in act(office, "document", "retry", document)
    job.refresh_from_db()
    assert job.state == Job.State.WAITING


def test_starting_again_what_is_complete_changes_nothing(office: Client, document: Document) -> None:
    assert "0 jobs of 0 documents started again." in act(office, "document", "retry", document)


def test_documents_and_jobs_are_cancelled_once(office: Client, owner: User) -> None:
    document = reading.a_split_document(owner)
    job = reading.job_of(document.sections.get(position=0))
    assert "1 job cancelled." in act(office, "job", "cancel", job)
    assert "0 jobs cancelled." in act(office, "job", "cancel", job)
    assert "1 document cancelled." in act(office, "document", "cancel", document)
    assert set(document.jobs.values_list("state", flat=True)) == {Job.State.CANCELLED}


def test_a_job_starts_again_from_its_own_table(office: Client, owner: User) -> None:
    document = reading.a_split_document(owner)
    job = reading.job_of(document.sections.get(position=0))
    reading.failed(job)
    assert "1 job started again." in act(office, "job", "retry", job)


@pytest.mark.parametrize("table", ["document", "job", "feedback"])
def test_work_can_be_neither_added_nor_deleted_by_hand(
    office: Client, table: str, document: Document
) -> None:
    assert office.get(reverse(f"admin:feedback_{table}_add")).status_code == 403
