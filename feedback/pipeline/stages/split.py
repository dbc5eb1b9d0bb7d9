"""split: sections as the student marked them, else from real headings, with a fallback by size."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from feedback import documents
from feedback.models import Document, Job
from feedback.pipeline.stage import Found
from feedback.services.intake import documents as services
from feedback.services.intake.documents import digest
from limiter.jobs.execution import Execution

logger = logging.getLogger(__name__)


def work(job: Job, execution: Execution) -> Found:
    document = job.document
    headings = tuple(documents.Heading(*heading) for heading in document.headings)
    text = documents.Parsed(document.text, headings, 0)
    return Found(_as_marked(document, text) or documents.split(text))


def _as_marked(document: Document, text: documents.Parsed) -> Sequence[documents.Section] | None:
    """The sections as the student marked them. None: they marked none, or in another text."""
    if document.cuts is None:
        return None
    try:
        if digest(text.text.encode()) != document.cuts_of:
            raise documents.SplitError("the file was read as another text when its sections were marked")
        return documents.outlined(text, tuple(documents.Cut(*cut) for cut in document.cuts))
    except documents.SplitError as error:
        logger.warning("the marked sections of document %s can't be used: %s", document.pk, error)
        return None


def record(job: Job, result: Sequence[documents.Section]) -> None:
    services.record_sections(job.document, result)
