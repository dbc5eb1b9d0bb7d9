"""The reason why a job waits, in words for operators."""

from __future__ import annotations

from django.utils.translation import gettext as _

from feedback.models import Job
from feedback.selectors.work.explaining import explain_job, shares_ahead
from feedback.terminal.jobs import ahead_as_text
from limiter.gate import GateError
from limiter.operations.reports.changes import explanation_as_text

State = Job.State


def why_it_waits(job: Job) -> str:
    """Nothing for a job that does not wait."""
    match job.state:
        case State.RIDING:
            return _("It rides on the job %(leader)s, which does the same work.") % {"leader": job.leader_id}
        case State.WAITING if not job.upstream:
            return _("It waits for a worker: its queue is not limited.")
        case State.HELD | State.WAITING:
            return _in_line(job)
    return ""


def _in_line(job: Job) -> str:
    try:
        found = explain_job(job)
        ahead = shares_ahead(job, found) if found else []
    except GateError as error:
        return _("The gate cannot be reached, so it can't be said: %(error)s") % {"error": error}
    if found is None or found.state == "unknown":
        return _("No worker has looked at the line since it came; where none does, it stays there.")
    return "\n".join(filter(None, [explanation_as_text(job.upstream, found), ahead_as_text(ahead)]))
