"""The stage provisional: comments by rules, at once, on a section that waits for an absent provider."""

from __future__ import annotations

from feedback.dispatch import requests
from feedback.models import Feedback, Job
from feedback.pipeline.call import call_provider
from feedback.pipeline.stage import Found
from feedback.providers.base import Finished
from feedback.services.work.feedback import record_feedback
from limiter.jobs.execution import Execution


def work(job: Job, execution: Execution) -> Found:
    assert job.section is not None  # noqa: S101 - the table's constraint, for mypy
    # Not live: the section's own call may begin any moment, and the page shows one author's words.
    finished = call_provider(job, requests.for_section(job.section), execution, live=False)
    return Found(finished, finished.usage)


def record(job: Job, result: Finished) -> None:
    """Never over the full feedback, which may have come first."""
    if not Feedback.objects.filter(section=job.section_id, provisional=False).exists():
        record_feedback(job, result, provisional=True)
