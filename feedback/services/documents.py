"""A document's way: submitted, analysed, summarised, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import Truncator

from feedback import flows, routes, upstreams
from feedback.documents import ACCEPTED_SUFFIXES
from feedback.documents import Section as Slice
from feedback.errors import Refused
from feedback.live import publish
from feedback.models import Assignment, Document, Job, Section, Upload, User
from feedback.services import jobs

State = Document.State


@dataclass(frozen=True, slots=True)
class Handed:
    """What a person hands in: a file's name and bytes."""

    filename: str
    data: bytes
    field: str = "file"  # of the form, for what is wrong with it

    @classmethod
    def pasted(cls, text: str) -> Handed:
        return cls("pasted.txt", text.encode(), field="text")


def submit(
    *,
    owner: User,
    handed: Handed,
    submission_key: str,
    title: str = "",
    assignment: Assignment | None = None,
    upstream: str | None = None,
) -> Document:
    """Accept a document: rows first, work after commit. The same key again is the same document.

    Raises Refused, before anything is written, for what can be seen at once.
    """
    _refuse_the_hopeless(handed)
    try:
        with transaction.atomic():
            document = Document.objects.create(
                owner=owner,
                assignment=assignment,
                title=Truncator(title.strip() or PurePath(handed.filename).stem).chars(200),
                upstream=upstream or upstreams.default_upstream(),
                submission_key=submission_key,
            )
            Upload.objects.create(document=document, filename=handed.filename[-255:], data=handed.data)
            start_stage(document, Job.Kind.PARSE)
    except IntegrityError:
        twin = Document.objects.filter(owner=owner, submission_key=submission_key).first()
        if twin is None:
            raise
        return twin
    return document


def _refuse_the_hopeless(handed: Handed) -> None:
    if not handed.data.strip():
        raise Refused("There is no text in it: nothing to give feedback on.", field=handed.field)
    if len(handed.data) > settings.UPLOAD_LIMIT_BYTES:
        limit = settings.UPLOAD_LIMIT_BYTES // 2**20
        raise Refused(
            f"This is larger than {limit} MB. Remove pictures, or hand in a part of it.", field=handed.field
        )
    if PurePath(handed.filename).suffix.lower() not in ACCEPTED_SUFFIXES:
        known = ", ".join(ACCEPTED_SUFFIXES)
        raise Refused(f"Files of this type can't be read. Hand in one of: {known}.", field=handed.field)


def start_stage(document: Document, kind: Job.Kind, *, section: Section | None = None) -> Job | None:
    """One job for one stage's work, on the stage's queue."""
    route = routes.route(kind, document)
    return jobs.create(
        kind=kind,
        document=document,
        section=section,
        queue=route.queue,
        upstream=route.upstream,
        flow=flows.flow_of(document.owner),
        group=flows.group_of(document),
        tokens=routes.tokens(kind, document, section),
    )


def record_text(
    document: Document, *, text: str, headings: Sequence[object], warnings: Sequence[str]
) -> None:
    """What parse found; the upload has done its work and goes."""
    Document.objects.filter(pk=document.pk).update(
        text=text, headings=list(headings), warnings=list(warnings)
    )
    Upload.objects.filter(document=document).delete()
    start_stage(document, Job.Kind.SPLIT)


def record_sections(document: Document, slices: Sequence[Slice]) -> None:
    """What split found: sections, and a job for each."""
    if not _move(document, State.RECEIVED, State.ANALYSING):
        return
    sections = Section.objects.bulk_create(
        Section(
            document=document,
            position=position,
            start=piece.start,
            end=piece.end,
            heading=Truncator(_heading(piece, position)).chars(300),
            heading_path=list(piece.heading_path),
        )
        for position, piece in enumerate(slices)
    )
    for section in sections:
        section.document = document
        start_stage(document, Job.Kind.ANALYSE, section=section)


def _heading(piece: Slice, position: int) -> str:
    """The nearest heading; where a long section was cut, which part of it this is."""
    if not piece.heading_path:
        return f"Part {position + 1}"
    part = f" ({piece.part} of {piece.parts})" if piece.parts > 1 else ""
    return piece.heading_path[-1] + part


def section_ended(document: Document) -> None:
    """After the last section, the summary. The caller holds the document's row lock."""
    analyses = Job.objects.filter(document=document, kind=Job.Kind.ANALYSE, generation=document.generation)
    if analyses.filter(state__in=Job.OPEN).exists():
        return
    if not analyses.filter(state=Job.State.DONE).exists():
        fail(document, "No section could be analysed. You can try again.")
    elif _move(document, State.ANALYSING, State.SUMMARISING):
        start_stage(document, Job.Kind.SUMMARISE)


def complete(document: Document) -> bool:
    return _move(document, State.SUMMARISING, State.COMPLETE)


def fail(document: Document, problem: str) -> bool:
    """End without feedback; `problem` is what the student reads."""
    return _move(document, None, State.FAILED, problem=problem)


def cancel(document: Document) -> bool:
    """End now: waiting jobs leave the line, running calls are cut. What is finished stays."""
    with transaction.atomic():
        if not _move(document, None, State.CANCELLED):
            return False
        for job in document.jobs.filter(state__in=Job.OPEN):
            jobs.cancel(job)
    return True


def retry_failed(document: Document) -> int:
    """Start again what failed or was cancelled. Returns how many jobs went back in line."""
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk)
        again = list(locked.jobs.filter(state__in=[Job.State.FAILED, Job.State.CANCELLED]))
        if not again or not locked.ended:
            return 0
        locked.jobs.filter(kind=Job.Kind.SUMMARISE).delete()  # the summary is written anew, over all sections
        stage = State.ANALYSING if locked.sections.exists() else State.RECEIVED
        Document.objects.filter(pk=locked.pk).update(state=stage, problem="", finished_at=None)
        restarted = sum(jobs.retry(job) for job in again if job.kind != Job.Kind.SUMMARISE)
        if restarted == 0:
            locked.state = stage
            section_ended(locked)
            restarted = 1
        transaction.on_commit(lambda: publish(str(document.pk), "document", {"state": stage}))
    return restarted


def _move(document: Document, before: str | None, after: str, **fields: object) -> bool:
    """Compare-and-set of a document's state; False: it had moved on, or ended."""
    rows = Document.objects.filter(pk=document.pk)
    rows = rows.filter(state=before) if before else rows.exclude(state__in=Document.ENDED)
    ended = timezone.now() if after in Document.ENDED else None
    if not rows.update(state=after, finished_at=ended, **fields):
        return False
    document.state = after
    transaction.on_commit(lambda: publish(str(document.pk), "document", {"state": after}))
    return True
