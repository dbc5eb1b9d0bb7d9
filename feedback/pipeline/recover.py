"""After a run that ended without a word: its worker died, or lost its lease."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from feedback.models import Document, Job
from feedback.services import jobs

from .run import STAGES
from .verdict import BROKEN


@transaction.atomic
def recover(*, job_id: str, lease: str) -> bool:
    """End a dead run. True: the job is to be in line.

    Idempotent. Counts against the job, so that work which kills its worker each time comes to an end.
    """
    job = _locked(job_id)
    if job is None:
        return False
    if job.state == Job.State.RUNNING and job.lease == lease:
        if job.failures + 1 >= jobs.MAX_FAILURES:
            jobs.fail_without_word(job, problem=BROKEN)
            STAGES[job.kind].gave_up(job, BROKEN)
            return False
        return jobs.reclaim(job)
    # Admitted but never claimed: the row waits still.
    return job.state == Job.State.WAITING


def _locked(job_id: str) -> Job | None:
    """The job, with its document locked first as every end of a run does it."""
    try:
        document = Document.objects.select_for_update().get(jobs__pk=UUID(job_id))
    except (ValueError, Document.DoesNotExist):
        return None
    return document.jobs.select_for_update().get(pk=job_id)
