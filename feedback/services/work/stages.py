"""Jobs of stages: one for a stage's work on a document or a section, on the stage's queue."""

from __future__ import annotations

from feedback.dispatch import flows, routes
from feedback.models import Document, Job, Section
from feedback.services.work import coalescing, jobs


def start(document: Document, kind: Job.Kind, *, section: Section | None = None) -> Job | None:
    """A job for the work; equal work under way or done is shared. None: the work has a job already."""
    route = routes.route(kind, document)
    return coalescing.start(
        kind=kind,
        document=document,
        section=section,
        queue=route.queue,
        upstream=route.upstream,
        flow=flows.flow_of(document.owner),
        group=flows.group_of(document),
        ask=routes.ask(kind, document, section, upstream=route.upstream or None),
    )


def skip(document: Document, kind: Job.Kind, *, section: Section | None = None) -> Job:
    """A job that is done from the start: the result is there already."""
    route = routes.route(kind, document)
    return jobs.create_done(
        kind=kind,
        document=document,
        section=section,
        queue=route.queue,
        upstream=route.upstream,
        flow=flows.flow_of(document.owner),
        group=flows.group_of(document),
    )
