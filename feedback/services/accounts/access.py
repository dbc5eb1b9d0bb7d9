"""Access to a document: its owner's alone. Requests of others are counted, for operators to know a slip from
a search."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from feedback.models import AccessDenial, Document, User
from feedback.selectors.intake.documents import document_of

logger = logging.getLogger(__name__)


def open_document(user: User, document_id: UUID) -> Document:
    """One's own document. Raises Document.DoesNotExist for a foreign one, which is counted, and a missing one
    alike."""
    try:
        return document_of(user, document_id)
    except Document.DoesNotExist:
        logger.warning("user %s asked for document %s, which is not theirs", user.pk, document_id)
        record_denial(user, document_id)
        raise


def record_denial(user: User, document_id: UUID) -> bool:
    """Count it. False: there is no such document, so nothing was denied."""
    if not Document.objects.filter(pk=document_id).exists():
        return False
    try:
        denial, is_first = AccessDenial.objects.get_or_create(user=user, document_id=document_id)
    except (IntegrityError, AccessDenial.DoesNotExist):  # the document went meanwhile
        return False
    if not is_first:
        AccessDenial.objects.filter(pk=denial.pk).update(times=F("times") + 1, last_at=timezone.now())
    return True
