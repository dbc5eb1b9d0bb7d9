"""Jobs of stages: one for a stage's work on a document or a section, on the stage's queue."""

from __future__ import annotations

from dataclasses import replace

from feedback.dispatch import flows, routes
from feedback.models import Document, Job, Section
from feedback.services.work import coalescing, job_creation
from feedback.services.work.job_creation import Work


def start(document: Document, kind: Job.Kind, *, section: Section | None = None) -> Job | None:
    """A job for the work; equal work under way or done is shared. None: the work has a job already."""
    work = _work(document, kind, section)
    ask = routes.ask(kind, document, section, upstream=work.upstream or None)
    return coalescing.start(replace(work, ask=ask))


def skip(document: Document, kind: Job.Kind, *, section: Section | None = None) -> Job:
    """A job that is done from the start: the result is there already."""
    return job_creation.create_done(_work(document, kind, section))


def _work(document: Document, kind: Job.Kind, section: Section | None) -> Work:
    route = routes.route(kind, document)
    return Work(
        kind,
        document,
        section,
        queue=route.queue,
        upstream=route.upstream,
        flow=flows.flow_of(document.owner),
        group=flows.group_of(document),
    )
