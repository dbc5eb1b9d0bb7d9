from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from feedback.providers.base import CommentKind

from .base import DocumentState


class CommentOut(Schema):
    """A remark on one passage: text[start:end] of its section is the quote."""

    kind: CommentKind
    quote: str
    start: int | None = Field(description="In the section's text, in code points. Null: tied to no passage.")
    end: int | None
    message: str
    suggestion: str
    criterion: str


class LevelOut(Schema):
    """What a criterion of the rubric was judged at, with its evidence."""

    criterion: str
    level: str | None = Field(description="Null: for a person to judge.")
    evidence: str = ""
    justification: str = ""


class FeedbackOut(Schema):
    """What was written on a section, or on the whole."""

    summary: str
    strengths: list[str]
    next_steps: list[str]
    levels: list[LevelOut]
    comments: list[CommentOut]


class SectionFeedback(Schema):
    """A section with its text and its feedback; without feedback only its comments are there, and empty."""

    id: UUID
    heading: str
    heading_path: list[str]
    start: int
    end: int
    text: str
    state: str
    problem: str
    summary: str | None = None
    strengths: list[str] | None = None
    next_steps: list[str] | None = None
    levels: list[LevelOut] | None = None
    comments: list[CommentOut]


class ReportedDocument(Schema):
    id: UUID
    title: str
    state: DocumentState
    words: int
    warnings: list[str]
    under_review: bool


class Timings(Schema):
    """Seconds since it was handed in."""

    submitted_at: datetime
    first_call_after: float | None
    total: float | None


class ReportedProvider(Schema):
    upstream: str
    name: str
    model: str
    simulated: bool


class Report(Schema):
    """A document with all feedback that may be shown now, as `manage.py analyze --json` prints it."""

    document: ReportedDocument
    sections: list[SectionFeedback]
    summary: FeedbackOut | None
    timings: Timings
    provider: ReportedProvider
    origin: dict[str, Any] = Field(description="What wrote it, when, and whether a person read it.")
