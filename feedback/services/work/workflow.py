"""The workflow of a document: the order of its stages, and when it is complete.

    state         stages
    received      parse, then split
    analysing     analyse, a job for each section; provisional beside it while the provider is away
    summarising   summarise
    complete      deliver, where its owner wants a notice

A stage finds something, a service writes it; only this module starts what follows. All of it runs in the
transaction that ends the stage's job, with the document's row locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction

from feedback.messages.model import Message
from feedback.models import Document, Job, Notice
from feedback.operations.observe.runs import delivered
from feedback.selectors.intake.visibility import feedback_visible
from feedback.services.intake import revisions
from feedback.services.upstreams import reservations
from feedback.services.work import notices, provisional, stages
from feedback.services.work.document_state import move
from limiter.base.prepared import Given, Prepared, among

State, Kind = Document.State, Job.Kind
NO_SECTION = Message("no_section_analysed")


def begin(document: Document) -> None:
    """The first stage of a document that was handed in."""
    stages.start(document, Kind.PARSE)


def advance(job: Job) -> None:
    """What follows a job that is done, once its result is recorded."""
    match job.kind:
        case Kind.PARSE:
            stages.start(job.document, Kind.SPLIT)
        case Kind.SPLIT:
            _analyse(job.document)
        case Kind.ANALYSE:
            section_ended(job.document)
        case Kind.SUMMARISE:
            _complete(job.document)


def give_up(job: Job, problem: Message) -> None:
    """What follows a job that failed for good; `problem` is for the student."""
    match job.kind:
        case Kind.PARSE | Kind.SPLIT:
            fail(job.document, problem)
        case Kind.ANALYSE:
            section_ended(job.document)
        case Kind.SUMMARISE:
            _complete(job.document)  # the sections' feedback stands without a summary
        case Kind.DELIVER:
            notices.give_up(job.document)


def _analyse(document: Document) -> None:
    """A job for each section. One that did not change since the previous draft needs no call."""
    if document.state != State.ANALYSING:
        return
    sections = list(document.sections.order_by("position"))
    for section in sections:
        section.document = document
    kept = revisions.keep_unchanged(document, sections)
    for section in sections:
        step = stages.skip if section.pk in kept else stages.start
        step(document, Kind.ANALYSE, section=section)
    reservations.reserve_for_calls(document, summary_tokens=len(document.text) // 3)
    section_ended(document)
    transaction.on_commit(partial(provisional.bridge_or_leave, document))


OPEN = Prepared(
    lambda: Job.objects.filter(
        document=Given("document"), generation=Given("generation"), kind=Kind.ANALYSE, state__in=Job.OPEN
    ).values_list("pk", flat=True)[:1]
)


OPEN_OF_SOME = Prepared(
    lambda: (
        Job.objects.filter(among("document", "documents"), kind=Kind.ANALYSE, state__in=Job.OPEN)
        .order_by()
        .values_list("document", "generation")
        .distinct()
    )
)


def sections_ended(documents: Iterable[Document]) -> None:
    """As `section_ended`, for documents with rows that the caller has locked."""
    by_key = {document.pk: document for document in documents}
    opened = set(OPEN_OF_SOME.all(documents=list(by_key)))
    for document in by_key.values():
        if (document.pk, document.generation) not in opened:
            section_ended(document)


def section_ended(document: Document) -> None:
    """After the last section, the summary. The caller holds the document's row lock."""
    if OPEN.all(document=document.pk, generation=document.generation):
        return
    analyses = Job.objects.filter(document=document, kind=Kind.ANALYSE, generation=document.generation)
    if not analyses.exclude(state=Job.State.CANCELLED).exists():
        move(document, State.ANALYSING, State.CANCELLED)
    elif not analyses.filter(state=Job.State.DONE).exists():
        fail(document, NO_SECTION)
    elif move(document, State.ANALYSING, State.SUMMARISING):
        _summarise(document)


def _summarise(document: Document) -> None:
    if revisions.keep_summary(document):
        stages.skip(document, Kind.SUMMARISE)
        _complete(document)
        return
    summary = stages.start(document, Kind.SUMMARISE)
    if summary is not None and summary.state == Job.State.DONE:
        _complete(document)


def _complete(document: Document) -> None:
    if move(document, State.SUMMARISING, State.COMPLETE):
        deliver(document)
        transaction.on_commit(lambda: delivered(document))


def fail(document: Document, problem: Message) -> bool:
    """End without feedback; `problem` is what the student reads."""
    failed = move(document, None, State.FAILED, problem=problem)
    if failed:
        deliver(document)
    return failed


def deliver(document: Document) -> Job | None:
    """A job for the notices that its owner asked for. None: none is wanted, or it may not be read yet."""
    wanted = document.notices.filter(state=Notice.State.WANTED, generation=document.generation)
    if not wanted.exists() or not feedback_visible(document):
        return None
    return stages.start(document, Kind.DELIVER)
