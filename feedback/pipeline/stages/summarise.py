"""summarise: one provider call over the whole document, after its last section."""

from __future__ import annotations

from feedback.dispatch import requests
from feedback.models import Job
from feedback.pipeline.call import call_provider
from feedback.pipeline.stage import Answer, Found
from feedback.services.work.feedback import record_feedback
from limiter.jobs.execution import Execution


def work(job: Job, execution: Execution) -> Found:
    request = requests.for_summary(job.document)
    finished = call_provider(job, request, execution)
    return Found(Answer.to(request, job, finished), finished.usage)


def record(job: Job, result: Answer) -> None:
    record_feedback(job, result.finished, fingerprint=result.fingerprint)
