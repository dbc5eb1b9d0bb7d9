from datetime import datetime
from uuid import UUID

from ninja import Field, Schema
from pydantic import BaseModel

from feedback.models import Draft, Urgency

from .base import Line, Prose


class DraftIn(BaseModel):
    """A draft as it is written: it may be unfinished in every way."""

    version: int = Field(0, ge=0, le=2**31 - 1, description="The one that you have seen. 0: a new draft.")
    title: Line = Field("", max_length=200)
    text: Prose = Field("", max_length=10_000_000)
    assignment: UUID | None = None
    previous: UUID | None = Field(None, description="Your document that this is a new draft of.")


class HandInDraft(BaseModel):
    version: int = Field(ge=1, le=2**31 - 1, description="The one that you have seen.")
    urgency: Urgency = Urgency.NOW


class DraftListed(Schema):
    id: UUID
    title: str
    opening: str = Field(description="How its text begins.")
    filename: str = Field(description="Empty: it has no file.")
    updated_at: datetime


class DraftOut(Schema):
    id: UUID
    version: int
    title: str
    text: str
    filename: str
    assignment: UUID | None
    previous: UUID | None
    updated_at: datetime

    @classmethod
    def of(cls, draft: Draft) -> "DraftOut":
        return cls(
            id=draft.pk, version=draft.version, title=draft.title, text=draft.text, filename=draft.filename,
            assignment=draft.assignment_id, previous=draft.previous_id, updated_at=draft.updated_at,
        )  # fmt: skip
