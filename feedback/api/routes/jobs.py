from typing import Annotated
from uuid import UUID

from django.http import Http404
from ninja import Query, Router

from feedback.api.access import READ, WRITE, ApiRequest
from feedback.api.idempotency import repeatable
from feedback.api.paging import Cursor, PageSize, cursor_at, key_at
from feedback.api.problems import Kind, Problem
from feedback.api.schemas.base import JobKind, JobState
from feedback.api.schemas.jobs import ExplanationOut, JobEventOut, JobOut, JobPage, JobStory
from feedback.models import Job
from feedback.selectors.work.explaining import explain_job
from feedback.selectors.work.jobs import job_of, jobs_of
from feedback.services.intake.steps import cancel_job, retry_job

router = Router(tags=["jobs"])


def _own_job(request: ApiRequest, job_id: UUID) -> Job:
    try:
        return job_of(request.auth.user, job_id)
    except Job.DoesNotExist:
        raise Http404("no such job of yours") from None


@router.get("jobs", auth=READ, response=JobPage, url_name="jobs", operation_id="listJobs")
def list_jobs(
    request: ApiRequest,
    cursor: Cursor,
    limit: PageSize,
    document: Annotated[UUID | None, Query(None)],
    state: Annotated[list[JobState], Query([], description="May be repeated. None: any.")],
    kind: Annotated[list[JobKind], Query([], description="May be repeated. None: any.")],
) -> JobPage:
    """The jobs of your documents, the newest first."""
    found = jobs_of(request.auth.user)
    if document:
        found = found.filter(document=document)
    if state:
        found = found.filter(state__in=state)
    if kind:
        found = found.filter(kind__in=kind)
    if before := key_at(cursor):
        found = found.filter(pk__lt=before)
    rows = list(found[: limit + 1])
    more = len(rows) > limit
    return JobPage(
        items=[JobOut.of(job) for job in rows[:limit]], next=cursor_at(rows[limit - 1].pk) if more else None
    )


@router.get("jobs/{uuid:job_id}", auth=READ, response=JobOut, url_name="job", operation_id="readJob")
def read_job(request: ApiRequest, job_id: UUID) -> JobOut:
    """One job."""
    return JobOut.of(_own_job(request, job_id))


@router.get(
    "jobs/{uuid:job_id}/explanation",
    auth=READ,
    response=JobStory,
    url_name="job-explanation",
    operation_id="explainJob",
)
def explain(request: ApiRequest, job_id: UUID) -> JobStory:
    """What happened to a job, and what exactly it waits for."""
    job = _own_job(request, job_id)
    found = explain_job(job)
    events = [JobEventOut(at=each.at, kind=each.kind, attempt=each.attempt) for each in job.events.all()]
    return JobStory(job=JobOut.of(job), events=events, waits_for=ExplanationOut.of(found) if found else None)


@router.post(
    "jobs/{uuid:job_id}/cancel", auth=WRITE, response=JobOut, url_name="job-cancel", operation_id="cancelJob"
)
@repeatable
def cancel(request: ApiRequest, job_id: UUID) -> JobOut:
    """End a job, and with it what can't go on without it: other sections do, a document without its text
    does not."""
    if not cancel_job(_own_job(request, job_id)):
        raise Problem(Kind.NOTHING_TO_DO, "It had ended already.")
    return read_job(request, job_id)


@router.post(
    "jobs/{uuid:job_id}/retry", auth=WRITE, response=JobOut, url_name="job-retry", operation_id="retryJob"
)
@repeatable
def retry(request: ApiRequest, job_id: UUID) -> JobOut:
    """Start a failed or cancelled job again; of a document that has ended, all that it lacks."""
    if not retry_job(_own_job(request, job_id)):
        raise Problem(Kind.NOTHING_TO_DO, "There was nothing to start again.")
    return read_job(request, job_id)
