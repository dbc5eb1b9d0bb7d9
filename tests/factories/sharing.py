"""Equal work of several people, and runs of it without a worker."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from feedback.models import Assignment, Document, Job, Price, Section, User
from feedback.pipeline.run import run
from feedback.services.work import stages
from limiter.gate.model import Lease
from limiter.jobs.execution import Execution
from tests.factories.work import a_document, a_student, make_due

_runs = count(1)
TEXT = "Template\n\nDescribe the hive that you chose and say why you chose it, in your own words.\n\n"


def handed_in(
    owner: User | None = None, *, assignment: Assignment | None = None, text: str = TEXT, **fields: object
) -> Document:
    """A document with its text read and split, and one job that leads or rides."""
    document = a_document(
        owner or a_student(), assignment=assignment, text=text, state=Document.State.ANALYSING, **fields
    )
    section = Section.objects.create(
        document=document, position=0, start=0, end=len(text), heading="Template", heading_path=["Template"]
    )
    section.document = document
    stages.start(document, Job.Kind.ANALYSE, section=section)
    return document


def analysis_of(document: Document) -> Job:
    return document.jobs.get(kind=Job.Kind.ANALYSE)


def execution_of(job: Job) -> Execution:
    lease = Lease(
        id=f"lease-{next(_runs)}", job=str(job.pk), upstream=job.upstream, flow=job.flow, group=job.group,
        tokens=1, generation=0, epoch="e", expires_at=0.0,
    )  # fmt: skip
    return Execution(id=lease.id, job=str(job.pk), lease=lease)


def run_once(document: Document) -> tuple[Job, Execution, float | None]:
    """One run of a document's analysis, under a lease."""
    job = analysis_of(document)
    execution = execution_of(job)
    make_due(job)
    pause = run(str(job.pk), execution)
    job.refresh_from_db()
    return job, execution, pause


def a_price(**fields: Any) -> Price:
    """What the scripted provider's model costs."""
    values = {
        "model": "scripted-1", "valid_from": date(2024, 1, 1), "currency": "USD", "input": 3, "output": 15,
        "cache_read": "0.3", "cache_write": "3.75",
    }  # fmt: skip
    return Price.objects.create(**{**values, **fields})
