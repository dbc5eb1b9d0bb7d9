"""Documents: handed in, written to by the stages, cancelled and started again. Their order: workflow.py."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.dispatch import upstreams
from feedback.documents import ACCEPTED_SUFFIXES, covers, titles, wrong_kind
from feedback.documents import Section as Slice
from feedback.errors import Refused
from feedback.live import publish
from feedback.messages.model import Message
from feedback.messages.words import in_words
from feedback.models import Assignment, Document, Job, Reading, Release, Section, Upload, Urgency, User
from feedback.operations.observe import tracing
from feedback.operations.observe.runs import observed_submission
from feedback.selectors.intake.visibility import reviewed_first
from feedback.services.intake import admission
from feedback.services.upstreams import reservations
from feedback.services.work import jobs, workflow
from feedback.services.work.document_state import move

State = Document.State


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that a person hands in: its name and bytes."""

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
                title=titles.shortened(title.strip()) or titles.of_file(handed.filename),
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
            workflow.begin(document)
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
        raise Refused(in_words(problem), field=handed.field)
    if PurePath(handed.filename).suffix.lower() not in ACCEPTED_SUFFIXES:
        words = _("Files of this type can't be read. Hand in one of: %(known)s.")
        raise Refused(words % {"known": ", ".join(ACCEPTED_SUFFIXES)}, field=handed.field)


def record_text(
    document: Document,
    *,
    text: str,
    headings: Sequence[Sequence[object]],
    warnings: Sequence[Message],
    emphasis: Sequence[Sequence[object]] = (),
) -> None:
    """What parse found; the upload has done its work and goes. A title that was the file's name alone gives
    way to the text's first heading."""
    fields = {
        "text": text,
        "headings": list(headings),
        "emphasis": list(emphasis),
        "warnings": list(warnings),
    }
    upload = Upload.objects.filter(document=document).only("filename").first()
    heading = titles.of_headings(headings)
    if upload and heading and document.title == titles.of_file(upload.filename):
        fields["title"] = heading
    Document.objects.filter(pk=document.pk).update(**fields)
    Upload.objects.filter(document=document).delete()


def record_sections(document: Document, slices: Sequence[Slice]) -> None:
    """What split found. From now on the document is analysed."""
    if not covers(slices, document.text):
        raise ValueError(f"the sections of document {document.pk} do not make its text")
    if not move(document, State.RECEIVED, State.ANALYSING):
        return
    Section.objects.bulk_create(
        Section(
            document=document,
            position=position,
            start=piece.start,
            end=piece.end,
            heading=Truncator(_heading(piece, position)).chars(300),
            heading_path=list(piece.heading_path),
            part=piece.part if piece.parts > 1 else None,
            parts=piece.parts if piece.parts > 1 else None,
        )
        for position, piece in enumerate(slices)
    )


def _heading(piece: Slice, position: int) -> str:
    """The nearest heading; where a long section was cut, which part of it this is."""
    if not piece.heading_path:
        return f"Part {position + 1}"
    part = f" ({piece.part} of {piece.parts})" if piece.parts > 1 else ""
    return piece.heading_path[-1] + part


def cancel(document: Document) -> bool:
    """End now: waiting jobs leave the queue, running calls are cut. What is finished stays."""
    with transaction.atomic():
        if not move(document, None, State.CANCELLED):
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
        workflow.section_ended(locked)
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
    """Start again what failed or was cancelled. Returns how many jobs went back in the queue."""
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
        Document.objects.filter(pk=locked.pk).update(state=stage, problem=None, finished_at=None)
        restarted = sum(jobs.retry(job) for job in again if job.kind != Job.Kind.SUMMARISE)
        if restarted == 0:
            locked.state = stage
            workflow.section_ended(locked)
            restarted = 1
        transaction.on_commit(lambda: publish(str(document.pk), "document", {"state": stage}))
    return restarted


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
