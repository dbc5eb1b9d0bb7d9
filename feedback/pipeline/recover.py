"""Recovery of a job after a run that ended without a word: its worker died, or lost its lease."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from feedback.dispatch import job_queue
from feedback.models import Document, Job
from feedback.services.work import job_runs, workflow

from .failure import BROKEN


@transaction.atomic
def recover(*, job_id: str, lease: str) -> bool:
    """End a dead run. True: the job is to be in line.

    Idempotent. Counts against the job, so that work which kills its worker each time comes to an end.
    """
    job = _locked(job_id)
    if job is None or (job.state != Job.State.WAITING and job.lease != lease):
        _recover_successor(lease)
        return False
    if job.state == Job.State.RUNNING and job.lease == lease:
        return _reclaim(job)
    # Admitted but never claimed: the row waits still.
    return job.state == Job.State.WAITING


def _reclaim(job: Job) -> bool:
    if job.failures + 1 >= job_runs.MAX_FAILURES:
        job_runs.fail_without_word(job, problem=BROKEN)
        workflow.give_up(job, BROKEN)
        return False
    return job_runs.reclaim(job)


def _recover_successor(lease: str) -> None:
    """The run was for a follower that had taken it over: that one waits in the queue under its own id."""
    successor = Job.objects.filter(lease=lease, state=Job.State.RUNNING).values_list("pk", flat=True).first()
    job = _locked(str(successor)) if successor else None
    if job is not None and job.state == Job.State.RUNNING and job.lease == lease and _reclaim(job):
        transaction.on_commit(lambda: job_queue.enqueue_or_leave(job))


def _locked(job_id: str) -> Job | None:
    """The job, with its document locked first as every end of a run does it."""
    try:
        document = Document.objects.select_for_update().get(jobs__pk=UUID(job_id))
    except (ValueError, Document.DoesNotExist):
        return None
    return document.jobs.select_for_update().get(pk=job_id)
