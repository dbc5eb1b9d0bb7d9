"""summarise: one provider call over the whole document, after its last section."""

from __future__ import annotations

from feedback import requests
from feedback.models import Job
from feedback.services import documents as services
from feedback.services.feedback import record_feedback
from limiter.execution import Execution

from .call import call_provider
from .stage import Answer, Found


def work(job: Job, execution: Execution) -> Found:
    request = requests.for_summary(job.document)
    finished = call_provider(job, request, execution)
    return Found(Answer.to(request, job, finished), finished.usage)


def record(job: Job, result: Answer) -> None:
    record_feedback(job, result.finished, fingerprint=result.fingerprint)
    services.complete(job.document)


def gave_up(job: Job, problem: str) -> None:
    """The sections' feedback stands without a summary; the job says what happened."""
    services.complete(job.document)
