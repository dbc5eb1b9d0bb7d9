"""parse: from the uploaded bytes to text and headings, in a limited child process."""

from __future__ import annotations

from feedback import documents
from feedback.base.connections import release_connection
from feedback.models import Job, Upload
from feedback.pipeline.stage import Found
from feedback.services.intake import documents as services
from limiter.jobs.execution import Execution


def work(job: Job, execution: Execution) -> Found:
    upload = Upload.objects.get(document=job.document)
    release_connection()  # the child may take its time
    return Found(documents.parse(bytes(upload.data), upload.filename))


def record(job: Job, result: documents.Parsed) -> None:
    headings = [[h.start, h.end, h.level, h.title] for h in result.headings]
    emphasis = [[each.start, each.end, each.style] for each in result.emphasis]
    services.record_text(
        job.document, text=result.text, headings=headings, warnings=result.warnings, emphasis=emphasis
    )
