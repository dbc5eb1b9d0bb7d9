"""The record of what happened to a job: one row for each change, never rewritten."""

from __future__ import annotations

from typing import Any

from feedback.messages.model import Message
from feedback.models import Job, JobEvent

LONGEST = 500  # characters of an error's text that an event keeps


def kept(error: Message | None) -> dict[str, Any]:
    """An error as an event keeps it."""
    return error.cut(LONGEST).as_data() if error else {}


def note(job: Job, kind: JobEvent.Kind, **detail: Any) -> None:
    JobEvent.objects.create(job=job, kind=kind, attempt=job.attempt, detail=detail)
