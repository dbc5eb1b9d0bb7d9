from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import BaseModel

from feedback.models import Document, Job, Urgency
from feedback.selectors.intake.documents import DocumentView, SectionView
from feedback.selectors.work.waiting import Ends, Wait, WaitKind

from .base import DocumentState, JobState, Line, MessageOut, Moment, Prose

Text = Annotated[Prose, Field(min_length=1, max_length=10_000_000, pattern=r"\S")]
Title = Annotated[
    Line, Field("", max_length=200, description="Left empty: its first line or its file's name.")
]


class DocumentIn(BaseModel):
    """A text that is handed in."""

    text: Text
    title: Title
    assignment: UUID | None = Field(None, description="What it is for; one of a course that you take.")
    previous: UUID | None = Field(None, description="Your document that this is a new draft of.")
    urgency: Urgency = Field(Urgency.NOW, description="Counts where the course leaves it open.")


class FileIn(BaseModel):
    """The fields beside a file that is handed in."""

    title: Title
    assignment: UUID | None = None
    previous: UUID | None = None
    urgency: Urgency = Urgency.NOW


class WaitOut(Schema):
    """Why nothing of a document runs yet, or what comes next."""

    kind: WaitKind
    reason: str | None = Field(description="What exactly it waits for.")
    own_ahead: int = Field(description="Your own sections before the next one of this document.")
    earliest_in: float | None = Field(description="Seconds until its start, at the soonest. Null: not known.")
    latest_in: float | None
    retry_at: float | None = Field(
        description="Seconds since 1970 at which that limit lets the next one pass."
    )
    held: bool = Field(description="The service has stopped calling its provider by itself.")
    ends: Ends | None = Field(description="The expected end against the assignment's deadline.")

    @classmethod
    def of(cls, wait: Wait) -> "WaitOut":
        return cls(
            kind=wait.kind, reason=wait.reason, own_ahead=wait.own_ahead, earliest_in=wait.earliest_in,
            latest_in=wait.latest_in, retry_at=wait.retry_at, held=wait.held, ends=wait.ends,
        )  # fmt: skip


class DocumentOut(Schema):
    """A document on its way from handing in to feedback."""

    id: UUID
    title: str
    state: DocumentState
    revision: int
    previous: UUID | None
    assignment: UUID | None
    upstream: str
    urgency: Urgency
    under_review: bool = Field(
        description="Your teacher reads the feedback first: no word of it is here yet."
    )
    problem: MessageOut | None = Field(description="Why nothing could be given.")
    warnings: list[MessageOut] = Field(description="What was not read of it, or not surely.")
    sections: dict[JobState, int] = Field(description="How many sections are in which state.")
    created_at: Moment
    finished_at: Moment | None

    @classmethod
    def of(cls, document: Document, sections: Any) -> "DocumentOut":
        return cls(**_fields(document, sections))


class DocumentDetail(DocumentOut):
    """A document with what it waits for."""

    wait: WaitOut | None = Field(description="Null: it has ended.")

    @classmethod
    def at(cls, view: DocumentView) -> "DocumentDetail":
        wait = WaitOut.of(view.wait) if view.wait else None
        return cls(wait=wait, **_fields(view.document, view.counts))


def _fields(document: Document, sections: Any) -> dict[str, Any]:
    release = getattr(document, "release", None)
    return {
        "id": document.pk,
        "title": document.title,
        "state": document.state,
        "revision": document.revision,
        "previous": document.previous_id,
        "assignment": document.assignment_id,
        "upstream": document.upstream,
        "urgency": document.urgency,
        "under_review": document.reviewed and not (release and release.stands),
        "problem": MessageOut.or_none(document.problem),
        "warnings": [MessageOut.of(each) for each in document.warnings],
        "sections": dict(sections),
        "created_at": document.created_at,
        "finished_at": document.finished_at,
    }


class DocumentPage(Schema):
    items: list[DocumentOut]
    next: str | None = Field(description="The cursor of older ones. Null: there are none.")


class TextOut(Schema):
    text: str = Field(description="As it was read. Offsets elsewhere count its Unicode code points.")


class SectionOut(Schema):
    """A slice of the text; the sections joined are the text."""

    id: UUID
    position: int
    heading: str
    heading_path: list[str]
    start: int
    end: int
    state: JobState | None = Field(
        description="Of the job that writes its feedback. Null: there is none yet."
    )
    job: UUID | None
    problem: MessageOut | None
    own_ahead: int | None = Field(description="Sections of this document in line before it.")
    has_feedback: bool

    @classmethod
    def of(cls, view: SectionView) -> "SectionOut":
        section, job = view.section, view.job
        return cls(
            id=section.pk, position=section.position, heading=section.heading,
            heading_path=section.heading_path, start=section.start, end=section.end,
            state=Job.State(job.state) if job else None, job=job.pk if job else None,
            problem=MessageOut.or_none(job.problem) if job else None, own_ahead=view.own_ahead,
            has_feedback=view.feedback is not None,
        )  # fmt: skip
