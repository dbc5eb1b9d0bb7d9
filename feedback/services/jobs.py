"""A job's states: each change is one guarded UPDATE and one event.

Where an UPDATE changes no row, somebody was there first; the caller is told and does nothing more.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from feedback import line
from feedback.models import Document, Job, JobEvent, Section
from limiter.execution import Execution
from limiter.gate.model import Outcome, Usage

MAX_FAILURES = 5  # runs that count against a job before it fails
State = Job.State


def _event(job: Job, kind: JobEvent.Kind, **detail: Any) -> None:
    JobEvent.objects.create(job=job, kind=kind, attempt=job.attempt, detail=detail)


def create(
    *,
    kind: Job.Kind,
    document: Document,
    queue: str,
    flow: str,
    group: str,
    section: Section | None = None,
    upstream: str = "",
    priority: int = 0,
    tokens: int = 0,
) -> Job | None:
    """A new job, in line once the transaction commits. None: this work has a job already."""
    target = section.pk if section else document.pk
    job, created = Job.objects.get_or_create(
        kind=kind,
        target=target,
        generation=document.generation,
        defaults={
            "document": document,
            "section": section,
            "queue": queue,
            "upstream": upstream,
            "flow": flow,
            "group": group,
            "priority": priority,
            "tokens": tokens,
            "waiting_since": timezone.now(),
        },
    )
    if not created:
        return None
    _event(job, JobEvent.Kind.CREATED)
    transaction.on_commit(lambda: line.enqueue_or_leave(job))
    return job


def claim(job_id: str, execution: Execution) -> Job | None:
    """Bind the row to this run before any call is made. None: the lease is void, give it back."""
    lease = execution.lease
    mine = Job.objects.filter(pk=job_id, state=State.WAITING)
    if lease is None:
        mine = mine.filter(upstream="")  # no provider call without a lease
    claimed = mine.update(
        state=State.RUNNING,
        lease=execution.id,
        lease_generation=lease.generation if lease else 0,
        attempt=F("attempt") + 1,
        started_at=timezone.now(),
    )
    if not claimed:
        return None
    job = Job.objects.select_related("document__assignment", "document__owner", "section").get(pk=job_id)
    if job.section is not None:
        job.section.document = job.document
    _event(job, JobEvent.Kind.CLAIMED, lease=execution.id)
    return job


def _end(job: Job, state: str, outcome: Outcome, usage: Usage, **fields: Any) -> bool:
    """The final UPDATE: state, outcome and usage together, only under the lease that ran it."""
    now = timezone.now()
    return bool(
        Job.objects.filter(pk=job.pk, state=State.RUNNING, lease=job.lease).update(
            state=state,
            outcome=outcome,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            finished_at=now,
            settled_at=None if _owes_settlement(job) else now,
            **fields,
        )
    )


def _owes_settlement(job: Job) -> bool:
    """Does the shared gate have to hear of it? A gate in this process can't miss it."""
    return bool(job.upstream) and not line.in_process()


def finish(job: Job, *, usage: Usage) -> bool:
    if not _end(job, State.DONE, Outcome.SUCCESS, usage, problem="", error=""):
        return False
    _event(job, JobEvent.Kind.DONE)
    return True


def fail(job: Job, *, outcome: Outcome, usage: Usage, problem: str, error: str) -> bool:
    """End without result. `problem` is for the student, `error` for operators."""
    counts = F("failures") + 1
    if not _end(job, State.FAILED, outcome, usage, problem=problem, error=error, failures=counts):
        return False
    _event(job, JobEvent.Kind.FAILED, outcome=outcome, error=error[:500])
    return True


def back_in_line(job: Job, *, outcome: Outcome, error: str, counts: bool) -> bool:
    """Another attempt follows. `counts`: this run counts against the job."""
    changed = Job.objects.filter(pk=job.pk, state=State.RUNNING, lease=job.lease).update(
        state=State.WAITING,
        lease=None,
        outcome=outcome,
        error=error,
        failures=F("failures") + int(counts),
        waiting_since=timezone.now(),
    )
    if changed:
        _event(job, JobEvent.Kind.AGAIN, outcome=outcome, error=error[:500])
    return bool(changed)


def reclaim(job: Job) -> bool:
    """The run ended without a word: the row waits again. False: it had moved on."""
    changed = Job.objects.filter(pk=job.pk, state=State.RUNNING, lease=job.lease).update(
        state=State.WAITING, lease=None, failures=F("failures") + 1, waiting_since=timezone.now()
    )
    if changed:
        _event(job, JobEvent.Kind.RECLAIMED, lease=job.lease)
    return bool(changed)


def fail_without_word(job: Job, *, problem: str) -> bool:
    """The last of too many runs that ended without a word."""
    error = f"run {job.attempt} ended without a word, as {job.failures} before it that counted"
    return fail(job, outcome=Outcome.FAILURE, usage=Usage(), problem=problem, error=error)


def cancel(job: Job) -> bool:
    """End a job that has not ended; a running call is cut, a waiting one leaves the line."""
    now = timezone.now()
    with transaction.atomic():
        was = Job.objects.select_for_update().filter(pk=job.pk).values_list("state", flat=True).first()
        if was not in Job.OPEN:
            return False
        Job.objects.filter(pk=job.pk).update(
            state=State.CANCELLED,
            finished_at=now,
            settled_at=None if was == State.RUNNING and _owes_settlement(job) else now,
        )
        _event(job, JobEvent.Kind.CANCELLED, was=was)
        transaction.on_commit(lambda: line.withdraw(job, running=was == State.RUNNING))
    return True


def retry(job: Job) -> bool:
    """Give a job that failed or was cancelled a new start, with its failures forgotten."""
    with transaction.atomic():
        changed = Job.objects.filter(pk=job.pk, state__in=[State.FAILED, State.CANCELLED]).update(
            state=State.WAITING,
            lease=None,
            failures=0,
            outcome="",
            problem="",
            error="",
            finished_at=None,
            settled_at=None,
            waiting_since=timezone.now(),
        )
        if not changed:
            return False
        job.refresh_from_db()
        _event(job, JobEvent.Kind.RETRIED)
        transaction.on_commit(lambda: line.enqueue_or_leave(job))
    return True
