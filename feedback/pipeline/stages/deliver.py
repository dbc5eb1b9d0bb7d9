"""deliver: tell the owner that a document is done, once on each channel that they asked for."""

from __future__ import annotations

from feedback.models import Job
from feedback.pipeline.stage import Found
from feedback.services.work import notices
from limiter.jobs.execution import Execution


def work(job: Job, execution: Execution) -> Found:
    return Found(notices.send_wanted(job.document))


def record(job: Job, result: int) -> None:
    """Each notice's own row says that it was sent, from the moment that it was."""
