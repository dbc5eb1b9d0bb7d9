"""What a text may be handed in for, and be a new draft of: the choices of the page's form."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from feedback.errors import Refused
from feedback.models import Assignment, Document, User
from feedback.selectors.teaching.taking import open_assignments


def open_assignment(owner: User, key: UUID | None) -> Assignment | None:
    """Raises Refused for one that they can't hand in for."""
    if key is None:
        return None
    found = open_assignments(owner).filter(pk=key).first()
    if found is None:
        raise Refused(_("There is no such assignment that you can hand in for."), field="assignment")
    return found


def previous_document(owner: User, key: UUID | None) -> Document | None:
    """Raises Refused for a document that is not theirs."""
    if key is None:
        return None
    found = Document.objects.filter(owner=owner, pk=key).first()
    if found is None:
        raise Refused(_("There is no such document of yours."), field="previous")
    return found
