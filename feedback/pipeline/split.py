"""split: sections from real headings, with a fallback by size."""

from __future__ import annotations

from collections.abc import Sequence

from feedback import documents
from feedback.models import Job
from feedback.services import documents as services
from limiter.execution import Execution

from .stage import Found


def work(job: Job, execution: Execution) -> Found:
    document = job.document
    headings = [documents.Heading(*heading) for heading in document.headings]
    return Found(documents.split(document.text, headings))


def record(job: Job, result: Sequence[documents.Section]) -> None:
    services.record_sections(job.document, result)


def gave_up(job: Job, problem: str) -> None:
    services.fail(job.document, problem)
