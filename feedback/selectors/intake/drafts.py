"""A person's drafts, and one draft as it will be handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models.functions import Left, Length

from feedback import documents as reader
from feedback.models import Draft, User

if TYPE_CHECKING:
    from django.db.models import QuerySet


def drafts_of(user: User) -> QuerySet[Draft]:
    """A person's own drafts, last edited first, with the beginning of each and without its bytes."""
    return (
        Draft.objects.filter(owner=user)
        .select_related("assignment", "previous")
        .only(
            "id", "owner_id", "title", "filename", "updated_at", "assignment__title", "previous__title",
            "previous__revision",
        )
        .annotate(opening=Left("text", 160), size=Length("data"))
    )  # fmt: skip


def draft_of(user: User, draft_id: UUID) -> Draft:
    """One's own draft. Raises Draft.DoesNotExist for anybody else's."""
    draft = Draft.objects.select_related("assignment__course", "previous").get(owner=user, pk=draft_id)
    draft.owner = user  # known: no query asks for them again
    return draft


def parsed_of(draft: Draft) -> reader.Parsed:
    """What was read of it."""
    headings = tuple(reader.Heading(*heading) for heading in draft.read_headings)
    words = reader.count_words(draft.read_text)
    return reader.Parsed(draft.read_text, headings, words, tuple(draft.read_warnings))


def sections_of_draft(draft: Draft, parsed: reader.Parsed) -> tuple[reader.Section, ...]:
    """Its sections as the student marked them, else as they are proposed."""
    if draft.cuts is None:
        return reader.split(parsed)
    return reader.outlined(parsed, outline_of_draft(draft, parsed))


def outline_of_draft(draft: Draft, parsed: reader.Parsed) -> reader.Outline:
    if draft.cuts is None:
        return reader.outline_of(reader.split(parsed))
    return tuple(reader.Cut(*cut) for cut in draft.cuts)
