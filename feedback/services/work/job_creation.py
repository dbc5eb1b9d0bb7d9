"""The creation of jobs: a row for one stage's work, and its place in the queue once the row is committed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from feedback.dispatch import job_queue
from feedback.dispatch.routes import Ask
from feedback.models import Document, Job, JobEvent, Section
from feedback.operations.observe.metrics import money

from . import feeding
from .events import note

NOTHING_ASKED = Ask()
State = Job.State


@dataclass(frozen=True, slots=True)
class Work:
    """One stage's work as its job will say it: on what, where it waits and as whom, and what it asks for."""

    kind: Job.Kind
    document: Document
    section: Section | None = None
    queue: str = ""
    upstream: str = ""
    flow: str = ""
    group: str = ""
    ask: Ask = NOTHING_ASKED

    @property
    def target(self) -> UUID:
        target: UUID = self.section.pk if self.section else self.document.pk
        return target

    def has_job(self) -> bool:
        same = Job.objects.filter(kind=self.kind, target=self.target, generation=self.document.generation)
        return same.exists()


def unsaved(work: Work, **fields: Any) -> Job:
    """A job for the work, not yet a row."""
    return Job(
        id=uuid7(),
        kind=work.kind,
        document=work.document,
        section=work.section,
        target=work.target,
        generation=work.document.generation,
        trace=work.document.trace,
        queue=work.queue,
        upstream=work.upstream,
        flow=work.flow,
        group=work.group,
        **asdict(work.ask),
        **fields,
    )


def create(work: Work) -> Job | None:
    """A new job, in line once the transaction commits, or held. None: this work has a job already.

    Raises IntegrityError where another came first in this very moment.
    """
    if work.has_job():
        return None
    job = unsaved(work, waiting_since=Now())
    job.state = feeding.first_state(upstream=job.upstream, flow=job.flow)
    job.save(force_insert=True)
    note(job, JobEvent.Kind.CREATED)
    if job.state == State.WAITING:
        transaction.on_commit(lambda: job_queue.enqueue_or_leave(job))
    return job


def create_done(work: Work, *, shared: Job.Shared = Job.Shared.KEPT, **fields: Any) -> Job:
    """A job with its result there already: it never waits, makes no call and uses no quota."""
    now = Now()
    job = unsaved(work, state=State.DONE, shared=shared, finished_at=now, settled_at=now, **fields)
    job.save(force_insert=True)
    note(job, JobEvent.Kind.CREATED)
    note(job, JobEvent.Kind.DONE, shared=shared)
    money.spared(how=shared.value, tokens=job.saved_tokens)
    return job
