from datetime import datetime
from typing import Annotated, Any

from django.db.models import TextChoices
from ninja import Field, Schema
from pydantic import BeforeValidator, WithJsonSchema

from feedback.messages.model import Message
from feedback.messages.words import in_words
from feedback.models import Document, Job, Membership, User

Line = Annotated[
    str, BeforeValidator(lambda given: given.replace("\x00", "") if isinstance(given, str) else given)
]
"""Text from outside: only NUL, which nothing can store, goes."""

Prose = Annotated[
    Line, BeforeValidator(lambda given: given.replace("\r\n", "\n") if isinstance(given, str) else given)
]

Moment = datetime


def _written_out(choices: type[TextChoices]) -> WithJsonSchema:
    """In place: by its own name an enum of one class would be taken for that of another."""
    return WithJsonSchema({"type": "string", "enum": list(choices.values)})


DocumentState = Annotated[Document.State, _written_out(Document.State)]
JobState = Annotated[Job.State, _written_out(Job.State)]
JobKind = Annotated[Job.Kind, _written_out(Job.Kind)]
UserRole = Annotated[User.Role, _written_out(User.Role)]
CourseRole = Annotated[Membership.Role, _written_out(Membership.Role)]


class MessageOut(Schema):
    """What went wrong, or what was noticed: a code for programs, and its words for people."""

    code: str
    arguments: dict[str, Any]
    words: str = Field(description="In the language that Accept-Language asks for.")

    @classmethod
    def of(cls, message: Message) -> "MessageOut":
        return cls(words=in_words(message), **message.as_data())

    @classmethod
    def or_none(cls, message: Message | None) -> "MessageOut | None":
        return cls.of(message) if message else None


class ProblemItem(Schema):
    where: str = Field(description="The place in the request, with dots between its parts.")
    code: str
    message: str


class ProblemOut(Schema):
    """A problem document (RFC 9457). Types are listed in docs/api.md."""

    type: str = Field(description="A URN that never changes, or an IANA one.")
    title: str
    status: int
    detail: str = ""
    field: str | None = Field(None, description="The field that has to change, where there is one.")
    errors: list[ProblemItem] | None = None
