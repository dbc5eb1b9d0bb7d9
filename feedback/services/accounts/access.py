"""Records of requests for other people's work: for operators, to know a slip from a search."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from feedback.models import AccessDenial, Document, User


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
