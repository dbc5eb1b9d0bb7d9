"""A document's way: submitted, analysed, summarised, ended."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from feedback import flows, routes, upstreams
from feedback.documents import ACCEPTED_SUFFIXES, covers, wrong_kind
from feedback.documents import Section as Slice
from feedback.errors import Refused
from feedback.live import publish
from feedback.models import (
    Assignment,
    Document,
    Job,
    Notice,
    Reading,
    Release,
    Section,
    Upload,
    Urgency,
    User,
)
from feedback.observe import tracing
from feedback.observe.runs import delivered, document_ended, observed_submission
from feedback.selectors.visibility import feedback_visible, reviewed_first
from feedback.services import admission, coalescing, jobs, reservations, revisions

State = Document.State


@dataclass(frozen=True, slots=True)
class Handed:
    """What a person hands in: a file's name and bytes."""

    filename: str
    data: bytes
    field: str = "file"  # of the form, for what is wrong with it

    @property
    def characters(self) -> int | None:
        """The greatest length of its text; None: not known before it is read."""
        return len(self.data) if PurePath(self.filename).suffix.lower() in (".txt", ".md") else None

    @classmethod
    def pasted(cls, text: str) -> Handed:
        return cls("pasted.txt", text.encode(), field="text")


@dataclass(frozen=True, slots=True)
class Marked:
    """Sections as the student marked them, and which text was marked."""

    cuts: Sequence[Sequence[object]]  # [start, title] of each
    text_digest: str


NEWER_DRAFT = gettext_lazy(
    "There is a newer draft of this document already. Open that one, and hand in a new draft of it."
)


@observed_submission
def submit(
    *,
    owner: User,
    handed: Handed,
    submission_key: str,
    title: str = "",
    assignment: Assignment | None = None,
    upstream: str | None = None,
    previous: Document | None = None,
    marked: Marked | None = None,
    draft: UUID | None = None,
    urgency: Urgency = Urgency.NOW,
) -> Document:
    """Accept a document: rows first, work after commit. The same key again is the same document.

    `previous` makes it a new draft of that document; `marked` are sections as the student marked them;
    `urgency` counts where the course leaves it open.
    Raises Refused, and nothing is written, for what can be seen at once and where too much waits already.
    """
    check_handed(handed)
    homes = [upstream] if upstream else upstreams.homes_of(owner, assignment)
    try:
        with transaction.atomic():
            document = Document.objects.create(
                owner=owner,
                assignment=assignment,
                reviewed=reviewed_first(assignment, previous),
                title=Truncator(title.strip() or PurePath(handed.filename).stem).chars(200),
                upstream=homes[0],
                urgency=assignment.course.urgency or urgency if assignment else urgency,
                submission_key=submission_key,
                previous=previous,
                revision=previous.revision + 1 if previous else 1,
                cuts=marked.cuts if marked else None,
                cuts_of=marked.text_digest if marked else "",
                draft=draft,
                trace=tracing.traceparent(),
            )
            Upload.objects.create(document=document, filename=handed.filename[-255:], data=handed.data)
            reservations.reserve(document, homes=homes, characters=handed.characters, field=handed.field)
            start_stage(document, Job.Kind.PARSE)
            admission.admit(document)
    except IntegrityError:
        twin = Document.objects.filter(owner=owner, submission_key=submission_key).first()
        if twin is not None:
            return twin
        if previous is not None and Document.objects.filter(previous=previous).exists():
            raise Refused(str(NEWER_DRAFT)) from None
        raise
    return document


def check_handed(handed: Handed) -> None:
    """Refuse what can be seen to be hopeless at once; raises Refused."""
    if not handed.data.strip():
        raise Refused(_("There is no text in it: nothing to give feedback on."), field=handed.field)
    if len(handed.data) > settings.UPLOAD_LIMIT_BYTES:
        words = _("This is larger than %(limit)d MB. Remove pictures, or hand in a part of it.")
        raise Refused(words % {"limit": settings.UPLOAD_LIMIT_BYTES // 2**20}, field=handed.field)
    if problem := wrong_kind(handed.data, handed.filename):
        raise Refused(problem, field=handed.field)
    if PurePath(handed.filename).suffix.lower() not in ACCEPTED_SUFFIXES:
        words = _("Files of this type can't be read. Hand in one of: %(known)s.")
        raise Refused(words % {"known": ", ".join(ACCEPTED_SUFFIXES)}, field=handed.field)


def start_stage(document: Document, kind: Job.Kind, *, section: Section | None = None) -> Job | None:
    """One job for one stage's work, on the stage's queue; equal work that is under way or done is shared."""
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


def skip_stage(document: Document, kind: Job.Kind, *, section: Section | None = None) -> Job:
    """Record a stage's work that had its result already."""
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
    """What split found: sections, and a job for each.

    One that did not change since the previous draft keeps its feedback, and needs no call.
    """
    if not covers(slices, document.text):
        raise ValueError(f"the sections of document {document.pk} do not make its text")
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
    kept = revisions.keep_unchanged(document, sections)
    for section in sections:
        step = skip_stage if section.pk in kept else start_stage
        step(document, Job.Kind.ANALYSE, section=section)
    reservations.reserve_for_calls(document, summary_tokens=len(document.text) // 3)
    section_ended(document)


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
    if not analyses.exclude(state=Job.State.CANCELLED).exists():
        _move(document, State.ANALYSING, State.CANCELLED)
    elif not analyses.filter(state=Job.State.DONE).exists():
        fail(document, gettext_noop("No section could be analysed. You can try again."))
    elif _move(document, State.ANALYSING, State.SUMMARISING):
        if revisions.keep_summary(document):
            skip_stage(document, Job.Kind.SUMMARISE)
            complete(document)
        else:
            summary = start_stage(document, Job.Kind.SUMMARISE)
            if summary is not None and summary.state == Job.State.DONE:
                complete(document)


def complete(document: Document) -> bool:
    if not _move(document, State.SUMMARISING, State.COMPLETE):
        return False
    tell_when_done(document)
    transaction.on_commit(lambda: delivered(document))
    return True


def fail(document: Document, problem: str) -> bool:
    """End without feedback; `problem` is what the student reads."""
    failed = _move(document, None, State.FAILED, problem=problem)
    if failed:
        tell_when_done(document)
    return failed


def tell_when_done(document: Document) -> Job | None:
    """A job for the messages that its owner asked for. None: none is wanted, or it may not be read yet."""
    wanted = document.notices.filter(state=Notice.State.WANTED, generation=document.generation)
    if not wanted.exists() or not feedback_visible(document):
        return None
    return start_stage(document, Job.Kind.DELIVER)


def cancel(document: Document) -> bool:
    """End now: waiting jobs leave the line, running calls are cut. What is finished stays."""
    with transaction.atomic():
        if not _move(document, None, State.CANCELLED):
            return False
        for job in document.jobs.filter(state__in=Job.OPEN).order_by("pk"):
            jobs.cancel(job)
    return True


def cancel_section(document: Document, section_id: UUID) -> bool:
    """End one section's work; the others go on. False: it had ended."""
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk)
        open_jobs = list(locked.jobs.filter(section=section_id, state__in=Job.OPEN))
        if not any(job.kind == Job.Kind.ANALYSE for job in open_jobs):
            return False
        for job in open_jobs:
            jobs.cancel(job)
        section_ended(locked)
        transaction.on_commit(lambda: publish(str(document.pk), "job", {"section": str(section_id)}))
    return True


def retry_section(document: Document, section_id: UUID) -> bool:
    """Start one section again, while others are in work or after the end. False: nothing to start."""
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk)
        job = locked.jobs.filter(section=section_id, kind=Job.Kind.ANALYSE).first()
        if locked.ended:
            return job is not None and retry_failed(locked, only=job) > 0
        return job is not None and locked.state == State.ANALYSING and jobs.retry(job)


def retry_failed(document: Document, *, only: Job | None = None) -> int:
    """Start again what failed or was cancelled. Returns how many jobs went back in line."""
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk)
        ended = locked.jobs.filter(state__in=[Job.State.FAILED, Job.State.CANCELLED])
        again = list(ended.exclude(kind__in=Job.ASIDE) if only is None else ended.filter(pk=only.pk))
        if not again or not locked.ended:
            return 0
        locked.jobs.filter(kind=Job.Kind.SUMMARISE).delete()  # the summary is written anew, over all sections
        # What is written now was read by no teacher.
        Release.objects.filter(document=locked).update(stands=False)
        Reading.objects.filter(document=locked).update(read_at=None)
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
    if ended:
        reservations.release(document)
        transaction.on_commit(lambda: document_ended(document), robust=True)
    document.state = after
    transaction.on_commit(lambda: publish(str(document.pk), "document", {"state": after}))
    return True


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
