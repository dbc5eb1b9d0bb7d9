"""An operator's interventions in work, from the admin or a terminal: done as the portal does, and logged."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from feedback.models import Document, Job
from feedback.services.intake import documents
from feedback.services.intake.steps import cancel_job, retry_job
from feedback.services.work import jobs

from . import audit


def retry(job: Job, *, author: str, reason: str = "") -> int:
    """Start a failed or cancelled job again; of a document that has ended, all that it lacks.

    Returns how many jobs went back in the queue. 0: there was nothing to start, and nothing is kept.
    """
    with transaction.atomic():
        restarted = retry_job(job)
        if restarted:
            after = {"state": _state_of(job), "jobs": restarted}
            _keep(job, "retried", after, author=author, reason=reason)
    return restarted


def cancel(job: Job, *, author: str, reason: str = "") -> bool:
    """End a job that has not ended, and with it what can't go on without it. False: it had ended."""
    with transaction.atomic():
        cancelled = cancel_job(job)
        if cancelled:
            _keep(job, "cancelled", {"state": _state_of(job)}, author=author, reason=reason)
    return cancelled


def move_to_front(job: Job, *, author: str, reason: str = "") -> bool:
    """Move a job to the front of its own flow: the turns among people stay the gate's decision."""
    before = job.priority
    with transaction.atomic():
        moved = jobs.move_to_front(job)
        if moved:
            now_is = {"priority": job.priority}
            _keep(
                job, "moved to the front", now_is, author=author, reason=reason, before={"priority": before}
            )
    return moved


def retry_document(document: Document, *, author: str, reason: str = "") -> int:
    """Start again what failed or was cancelled. Returns how many jobs went back in the queue."""
    with transaction.atomic():
        restarted = documents.retry_failed(document)
        if restarted:
            after = {"state": _state_of(document), "jobs": restarted}
            _keep(document, "retried", after, author=author, reason=reason)
    return restarted


def cancel_document(document: Document, *, author: str, reason: str = "") -> bool:
    before = {"state": document.state}
    with transaction.atomic():
        cancelled = documents.cancel(document)
        if cancelled:
            after = {"state": _state_of(document)}
            _keep(document, "cancelled", after, author=author, reason=reason, before=before)
    return cancelled


@transaction.atomic
def reveal_text(document: Document, *, author: str, reason: str) -> str:
    """A student's text, for an operator with a reason; that it was read stays on record.

    Raises ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why you have to read it: it is kept.")})
    _keep(document, "revealed", {}, author=author, reason=reason, before={})
    return Document.objects.values_list("text", flat=True).get(pk=document.pk)


def _state_of(row: Job | Document) -> str:
    """Now. A summary that is written anew is another job, so this one may be gone."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    return rows.values_list("state", flat=True).first() or "replaced"


def _keep(
    row: Job | Document,
    what: str,
    after: dict[str, Any],
    *,
    author: str,
    reason: str,
    before: dict[str, Any] | None = None,
) -> None:
    audit.record(
        author=author,
        what=what,
        kind=str(row._meta.verbose_name),
        subject=row.pk,
        before={"state": row.state} if before is None else before,
        after=after,
        reason=reason,
    )
