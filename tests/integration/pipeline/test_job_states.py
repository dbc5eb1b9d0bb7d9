"""A job's row is the truth: it moves by guarded updates, and the database refuses what can't be."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from feedback.messages.model import Message
from feedback.models import Job, JobEvent
from feedback.providers.base import TokenUsage
from feedback.services.work import job_creation, job_runs, jobs
from feedback.services.work.job_creation import Work
from limiter.gate.model import Lease, Outcome
from limiter.jobs.execution import Execution
from tests.factories.work import a_document, a_job, an_analysis

pytestmark = pytest.mark.django_db
LATE = Message("broken")


def under_a_lease(job: Job, lease_id: str = "lease-1") -> Execution:
    lease = Lease(
        id=lease_id, job=str(job.pk), upstream=job.upstream, flow=job.flow, group=job.group,
        tokens=1, generation=7, epoch="e", expires_at=0.0,
    )  # fmt: skip
    return Execution(id=lease_id, job=str(job.pk), lease=lease)


def a_waiting_call() -> Job:
    job = an_analysis().jobs.order_by("pk").first()
    assert job is not None
    return job


def test_a_claim_binds_the_row_to_its_lease() -> None:
    job = a_waiting_call()
    claimed = job_runs.claim(str(job.pk), under_a_lease(job))
    assert claimed is not None
    assert (claimed.state, claimed.lease, claimed.lease_generation) == ("running", "lease-1", 7)
    assert claimed.attempt == 1
    assert claimed.started_at is not None


def test_only_the_first_claim_counts() -> None:
    job = a_waiting_call()
    assert job_runs.claim(str(job.pk), under_a_lease(job))
    assert job_runs.claim(str(job.pk), under_a_lease(job, "lease-2")) is None
    job.refresh_from_db()
    assert job.lease == "lease-1"


def test_a_call_is_never_claimed_without_a_lease() -> None:
    job = a_waiting_call()
    assert job_runs.claim(str(job.pk), Execution(id="e", job=str(job.pk))) is None


def test_work_that_passes_no_upstream_needs_no_lease() -> None:
    job = a_job(a_document())
    assert job_runs.claim(str(job.pk), Execution(id="e", job=str(job.pk)))


def test_a_late_worker_changes_nothing() -> None:
    job = a_waiting_call()
    late = job_runs.claim(str(job.pk), under_a_lease(job))
    assert late is not None
    assert job_runs.reclaim(late)
    current = job_runs.claim(str(job.pk), under_a_lease(job, "lease-2"))
    assert current is not None
    assert not job_runs.finish(late, usage=TokenUsage())
    assert not job_runs.back_in_line(late, outcome=Outcome.FAILURE, error=LATE, counts=True)
    assert not job_runs.fail(late, outcome=Outcome.FAILURE, usage=TokenUsage(), problem=LATE, error=LATE)
    assert not job_runs.reclaim(late)
    job.refresh_from_db()
    assert (job.state, job.lease) == ("running", "lease-2")


def test_an_ended_call_waits_for_its_settlement() -> None:
    job = a_waiting_call()
    claimed = job_runs.claim(str(job.pk), under_a_lease(job))
    assert claimed is not None
    assert job_runs.finish(claimed, usage=TokenUsage(input_tokens=10, output_tokens=5))
    job.refresh_from_db()
    assert (job.state, job.outcome, job.input_tokens, job.output_tokens) == ("done", "success", 10, 5)
    assert job.finished_at is not None
    assert job.settled_at is None


def test_cancelling_ends_what_has_not_ended() -> None:
    job = a_waiting_call()
    assert jobs.cancel(job)
    assert not jobs.cancel(job)
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_retry_forgets_the_failures() -> None:
    job = a_waiting_call()
    claimed = job_runs.claim(str(job.pk), under_a_lease(job))
    assert claimed is not None
    assert job_runs.fail(claimed, outcome=Outcome.REJECTED, usage=TokenUsage(), problem=LATE, error=LATE)
    assert jobs.retry(job)
    job.refresh_from_db()
    assert (job.state, job.failures, job.lease, job.problem) == ("waiting", 0, None, None)


def test_what_runs_or_waits_is_not_retried() -> None:
    assert not jobs.retry(a_waiting_call())


def test_the_same_work_gets_one_job() -> None:
    work = Work(Job.Kind.PARSE, a_document(), queue="parse", flow="f")
    assert job_creation.create(work) is not None
    assert job_creation.create(work) is None


def test_every_change_leaves_one_event() -> None:
    job = a_waiting_call()
    claimed = job_runs.claim(str(job.pk), under_a_lease(job))
    assert claimed is not None
    job_runs.back_in_line(claimed, outcome=Outcome.THROTTLED, error=LATE, counts=False)
    assert [event.kind for event in job.events.all()] == ["claimed", "again"]


def test_events_are_never_rewritten() -> None:
    job = a_waiting_call()
    JobEvent.objects.create(job=job, kind=JobEvent.Kind.CREATED)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        JobEvent.objects.update(kind=JobEvent.Kind.DONE)


@pytest.mark.parametrize(
    "illegal",
    [
        {"state": "waiting", "lease": "l"},
        {"state": "running", "lease": None, "started_at": None},
        {"state": "done", "finished_at": None},
        {"state": "waiting", "finished_at": timezone.now()},
        {"state": "failed", "finished_at": timezone.now(), "problem": None},
        {"error": "A sentence."},
        {"problem": Message("A sentence.")},
        {"state": "waiting", "settled_at": timezone.now()},
        {"kind": "parse"},
    ],
    ids=lambda fields: ",".join(f"{k}={v!s:.10}" for k, v in fields.items()),
)
def test_the_database_refuses_an_illegal_state(illegal: dict[str, Any]) -> None:
    job = a_waiting_call()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**illegal)
