"""Access to a document: its owner's alone; for anybody else there is no such document."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest

from feedback.models import Document, User
from feedback.services.accounts.access import open_document


def user_of(request: HttpRequest) -> User:
    """The person behind a view that asks for a sign-in."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - login_required's promise, for mypy
    return user


def own_document(request: HttpRequest, document_id: UUID) -> Document:
    """One's own document. Raises Http404 for a foreign one and a missing one alike."""
    try:
        return open_document(user_of(request), document_id)
    except Document.DoesNotExist:
        raise Http404("no such document of yours") from None
