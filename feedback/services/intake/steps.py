"""One job by itself, as a person names it: what ending or restarting it means for its document.

A job is one step of a document's way, so its document has to go on without it: a section that is cancelled
lets the others finish, and what nothing can follow ends the document.
"""

from __future__ import annotations

from feedback.models import Job
from feedback.services.intake import documents
from feedback.services.work import jobs


def retry_job(job: Job) -> int:
    """Start a failed or cancelled job again; of a document that has ended, all that it lacks.

    Returns how many jobs went back in the queue. 0: there was nothing to start.
    """
    if job.kind in Job.ASIDE:
        return int(jobs.retry(job))
    if job.document.ended:
        return documents.retry_failed(job.document)
    if job.kind == Job.Kind.ANALYSE and job.section_id is not None:
        return int(documents.retry_section(job.document, job.section_id))
    return int(jobs.retry(job))


def cancel_job(job: Job) -> bool:
    """End a job that has not ended, and with it what can't go on without it. False: it had ended."""
    if job.kind in Job.ASIDE:
        return jobs.cancel(job)
    if job.kind == Job.Kind.ANALYSE and job.section_id is not None:
        return documents.cancel_section(job.document, job.section_id)
    if not Job.objects.filter(pk=job.pk, state__in=Job.OPEN).exists():
        return False
    return documents.cancel(job.document)
