from uuid import UUID

from ninja import Field, Schema

from feedback.models import Job
from limiter.gate.model import Explanation, Reason

from .base import JobKind, JobState, MessageOut, Moment


class JobOut(Schema):
    """One stage's work on a document or a section."""

    id: UUID
    kind: JobKind
    state: JobState
    document: UUID
    section: UUID | None
    attempt: int = Field(description="Runs that have started.")
    problem: MessageOut | None
    created_at: Moment
    waiting_since: Moment | None
    not_before: Moment | None = Field(description="The moment from which another attempt is due.")
    started_at: Moment | None
    finished_at: Moment | None

    @classmethod
    def of(cls, job: Job) -> "JobOut":
        return cls(
            id=job.pk, kind=Job.Kind(job.kind), state=Job.State(job.state), document=job.document_id,
            section=job.section_id, attempt=job.attempt, problem=MessageOut.or_none(job.problem),
            created_at=job.created_at, waiting_since=job.waiting_since, not_before=job.not_before,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )  # fmt: skip


class JobPage(Schema):
    items: list[JobOut]
    next: str | None = Field(description="The cursor of older ones. Null: there are none.")


class JobEventOut(Schema):
    """Something that happened to a job."""

    at: Moment
    kind: str
    attempt: int


class ExplanationOut(Schema):
    """What a job waits for now. Moments are seconds since 1970."""

    state: str = Field(description="waiting or held in line; else where it stands: running, unknown.")
    reason: Reason | None
    ahead_in_flow: int = Field(description="Your own work before it.")
    earliest: float | None = Field(description="When it may start, at the soonest. Null: not known.")
    latest: float | None
    retry_at: float | None

    @classmethod
    def of(cls, found: Explanation) -> "ExplanationOut":
        return cls(
            state=found.state, reason=found.reason, ahead_in_flow=found.ahead_in_flow,
            earliest=found.earliest, latest=found.latest, retry_at=found.retry_at,
        )  # fmt: skip


class JobStory(Schema):
    """A job with what happened to it and what it waits for."""

    job: JobOut
    events: list[JobEventOut]
    waits_for: ExplanationOut | None = Field(description="Null: it waits for nothing of the service's.")
