"""Finding work by what an operator has at hand: a key, or a person. Each way has an index of its own."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from feedback.base.keys import key_in
from feedback.models import Document, User

MOST_PEOPLE, MOST_DOCUMENTS = 20, 1000  # that a few letters may stand for, the newest documents first


def jobs_found_by(text: str) -> Q:
    """Which jobs are meant: by a job's or a document's key, or by a person."""
    key = key_in(text)
    return Q(pk=key) | Q(document=key) if key else Q(document__in=_documents_of(text))


def documents_found_by(text: str) -> Q:
    key = key_in(text)
    return Q(pk=key) if key else Q(pk__in=_documents_of(text))


def flows_found_by(text: str) -> list[str]:
    """The flows of people, or of a flow by its key, with or without the word before it."""
    key = key_in(text.removeprefix("user:"))
    return [f"user:{each}" for each in ([key] if key else _people(text))]


def _documents_of(text: str) -> list[UUID]:
    owned = Document.objects.filter(owner__in=_people(text)).order_by("-pk")
    return list(owned.values_list("pk", flat=True)[:MOST_DOCUMENTS])


def _people(text: str) -> list[UUID]:
    """People with an address or a name that begins with this. They are few, so names need no index."""
    words = text.strip()
    people = User.objects.filter(Q(email__startswith=words.lower()) | Q(name__istartswith=words))
    return list(people.order_by("email").values_list("pk", flat=True)[:MOST_PEOPLE])
