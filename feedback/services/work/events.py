"""The record of what happened to a job: one row for each change, never rewritten."""

from __future__ import annotations

from typing import Any

from feedback.models import Job, JobEvent


def note(job: Job, kind: JobEvent.Kind, **detail: Any) -> None:
    JobEvent.objects.create(job=job, kind=kind, attempt=job.attempt, detail=detail)
