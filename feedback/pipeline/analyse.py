"""analyse: one provider call for one section, shown live while the model writes."""

from __future__ import annotations

from feedback import requests
from feedback.models import Job
from feedback.providers.base import Finished
from feedback.services import documents as services
from feedback.services.feedback import record_feedback
from limiter.execution import Execution

from .call import call_provider
from .stage import Found


def work(job: Job, execution: Execution) -> Found:
    assert job.section is not None  # noqa: S101 - the table's constraint, said to mypy
    finished = call_provider(job, requests.for_section(job.section), execution)
    return Found(finished, finished.usage)


def record(job: Job, result: Finished) -> None:
    record_feedback(job, result)
    services.section_ended(job.document)


def gave_up(job: Job, problem: str) -> None:
    services.section_ended(job.document)
