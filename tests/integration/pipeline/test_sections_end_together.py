"""Sections that end at one moment are written in one transaction; what stands against one harms no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback.dispatch.fingerprint import fingerprint
from feedback.dispatch.requests import for_section
from feedback.models import Comment, Document, Feedback, Job, JobEvent
from feedback.pipeline.endings import Ending, end_together
from feedback.pipeline.stage import Answer
from feedback.providers.base import Call, Finished
from feedback.services.work import job_runs
from limiter.gate.model import Lease
from limiter.jobs.execution import Execution
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.work import an_analysis, deleted_by_its_owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedProvider]:
    with in_place_of("offline", ScriptedProvider(), monkeypatch) as scripted:
        yield scripted


@pytest.fixture
def documents() -> list[Document]:
    return [an_analysis() for _ in range(3)]


def claims_of(documents: list[Document]) -> list[job_runs._Claim]:
    jobs = Job.objects.filter(document__in=documents).order_by("pk")
    leases = [Lease(f"l-{job.pk}", str(job.pk), job.upstream, job.flow, "", 1, 0, "e", 0.0) for job in jobs]
    return [job_runs._Claim(each.job, Execution(id=each.id, job=each.job, lease=each)) for each in leases]


def claimed(documents: list[Document]) -> list[Job]:
    return [job for job in job_runs._claim_together(claims_of(documents)) if job is not None]


def endings_of(jobs: list[Job], provider: ScriptedProvider) -> list[Ending]:
    return [ending_of(job, provider) for job in jobs]


def ending_of(job: Job, provider: ScriptedProvider) -> Ending:
    assert job.section is not None
    request = for_section(job.section)
    finished = next(
        each for each in provider.stream(request, Call(max_tokens=0)) if isinstance(each, Finished)
    )
    return Ending(job, Answer(finished, fingerprint(request, provider)), finished.usage)


@contextmanager
def locked_elsewhere(table: str, key: object) -> Iterator[None]:
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(f"SELECT id FROM {table} WHERE id = %s FOR UPDATE", [key])  # noqa: S608
        yield
        other.rollback()


def states(jobs: list[Job]) -> list[str]:
    found = Job.objects.in_bulk([job.pk for job in jobs])
    return [found[job.pk].state for job in jobs]


def test_claims_of_one_moment_are_two_statements(documents: list[Document]) -> None:
    claims = claims_of(documents)
    with CaptureQueriesContext(connection) as captured:
        jobs = job_runs._claim_together(claims)
    assert len(captured) == 2
    assert [str(job and job.pk) for job in jobs] == [each.job for each in claims]
    assert [job and job.lease for job in jobs] == [each.execution.id for each in claims]
    assert JobEvent.objects.filter(kind="claimed", attempt=1).count() == len(claims)


def test_a_void_lease_is_no_hindrance_to_other_claims(documents: list[Document]) -> None:
    claims = claims_of(documents)
    Job.objects.filter(pk=claims[1].job).update(upstream="simulated", queue="simulated")
    jobs = job_runs._claim_together(claims)
    assert [job is not None for job in jobs] == [True, False, True, True, True, True]
    assert job_runs._claim_alone(claims[1]) is None


def test_ends_of_one_moment_are_one_transaction(
    documents: list[Document], provider: ScriptedProvider
) -> None:
    jobs = [job for job in claimed(documents) if job.section and job.section.position == 0]
    endings = endings_of(jobs, provider)
    end_together(endings[:1])  # compiles what is compiled once
    with CaptureQueriesContext(connection) as captured:
        assert end_together(endings[1:]) == [True, True]
    assert len(captured) <= 7
    assert sum(each["sql"] == "COMMIT" for each in captured) == 1
    assert states(jobs) == ["done"] * 3
    assert JobEvent.objects.filter(kind="done", attempt=1).count() == 3
    assert Feedback.objects.count() == Comment.objects.values("feedback").distinct().count() == 3


def test_the_last_section_of_each_document_is_followed_by_its_summary(
    documents: list[Document], provider: ScriptedProvider
) -> None:
    assert end_together(endings_of(claimed(documents), provider)) == [True] * 6
    assert set(Document.objects.values_list("state", flat=True)) == {Document.State.SUMMARISING}
    assert Job.objects.filter(kind=Job.Kind.SUMMARISE).count() == 3


def test_a_row_that_is_locked_is_left_to_its_own_end(
    documents: list[Document], provider: ScriptedProvider
) -> None:
    jobs = claimed(documents)
    with locked_elsewhere(Job._meta.db_table, jobs[0].pk):
        assert end_together(endings_of(jobs, provider)) == [None, *[True] * 5]
    assert states(jobs) == ["running", *["done"] * 5]


def test_a_document_that_is_locked_holds_up_no_other(
    documents: list[Document], provider: ScriptedProvider
) -> None:
    jobs = claimed(documents)
    with locked_elsewhere(Document._meta.db_table, jobs[0].document_id):
        assert end_together(endings_of(jobs, provider)) == [None, None, *[True] * 4]


def test_a_lost_lease_and_a_deleted_document_change_nothing(
    documents: list[Document], provider: ScriptedProvider
) -> None:
    jobs = claimed(documents)
    Job.objects.filter(pk=jobs[0].pk).update(lease="another's")
    deleted_by_its_owner(jobs[-1].document)
    assert end_together(endings_of(jobs, provider)) == [None, True, True, True, None, None]
    assert not Feedback.objects.filter(job=jobs[0].pk).exists()


def test_an_answer_in_place_of_an_earlier_one_stands_alone(
    documents: list[Document], provider: ScriptedProvider
) -> None:
    jobs = claimed(documents)
    Feedback.objects.create(document=jobs[0].document, section=jobs[0].section, summary="Before.")
    assert end_together(endings_of(jobs, provider)) == [True] * 6
    assert not Feedback.objects.filter(summary="Before.").exists()
    assert Feedback.objects.filter(section__isnull=False).count() == 6


def test_one_answer_that_no_row_can_hold_takes_no_other_with_it(
    documents: list[Document], provider: ScriptedProvider
) -> None:
    jobs = claimed(documents)
    endings = endings_of(jobs, provider)
    too_long = Finished(endings[0].answer.finished.output, endings[0].usage, model="m" * 1000)
    endings[0] = Ending(jobs[0], Answer(too_long, ""), endings[0].usage)
    with pytest.raises(Exception, match="too long"):
        end_together(endings)
    assert states(jobs) == ["running"] * 6
    assert end_together(endings[1:]) == [True] * 5


def test_two_runs_of_one_job_meet_and_one_claims_it(documents: list[Document]) -> None:
    """A queue may hold an id twice, as after a failover to a store that had not heard of its first start."""
    claims = claims_of(documents)
    again = Lease("l-again", claims[0].job, "offline", "", "", 1, 0, "e", 0.0)
    claims.insert(1, job_runs._Claim(again.job, Execution(id=again.id, job=again.job, lease=again)))
    jobs = job_runs._claim_together(claims)
    assert [job is not None for job in jobs] == [True, False, *[True] * 5]
    assert [job.lease for job in jobs if job] == [
        each.execution.id for each in claims if each is not claims[1]
    ]
    assert JobEvent.objects.filter(kind="claimed", job=claims[0].key).count() == 1
    assert job_runs._claim_alone(claims[1]) is None


def test_of_two_ends_of_one_job_the_run_that_has_it_is_written(
    documents: list[Document], provider: ScriptedProvider
) -> None:
    jobs = claimed(documents)
    lost = Job.objects.get(pk=jobs[0].pk)
    lost.document, lost.section, lost.lease = jobs[0].document, jobs[0].section, "of a run before"
    endings = [ending_of(jobs[0], provider), ending_of(lost, provider), *endings_of(jobs[1:], provider)]
    assert end_together(endings) == [True, None, *[True] * 5]
    assert JobEvent.objects.filter(kind="done", job=jobs[0].pk).count() == 1
    assert Feedback.objects.filter(section=jobs[0].section).count() == 1
