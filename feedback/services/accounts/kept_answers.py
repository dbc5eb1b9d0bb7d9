"""Requests that may come again with the same key: done once, and answered the same each time."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from feedback.models import KeptAnswer, User

KEPT_FOR = timedelta(hours=24)
# After so long without an answer its process is taken for gone, and the next one that asks does the work.
GIVEN_UP_AFTER = timedelta(minutes=2)


class AnotherRequest(Exception):
    """The key was used for something else."""


class InWork(Exception):
    """The first request with this key has no answer yet."""


def begin(*, owner: User, key: str, request: str) -> KeptAnswer:
    """The row of this key: with a status where it was answered; without one it is the caller's to answer.

    Raises AnotherRequest, InWork.
    """
    rows = KeptAnswer.objects.filter(owner=owner, key=key)
    rows.filter(begun_at__lt=Now() - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(owner=owner, key=key, request=request)
            KeptAnswer.objects.filter(pk=kept.pk).update(begun_at=Now())  # not by this host's clock
            return kept
    except IntegrityError:
        known = rows.first()
    if known is None:  # it was refused in this very moment
        raise InWork
    if known.request != request:
        raise AnotherRequest
    if known.status is None and not _taken_over(known):
        raise InWork
    return known


def _taken_over(known: KeptAnswer) -> bool:
    stale = KeptAnswer.objects.filter(pk=known.pk, status=None, begun_at__lt=Now() - GIVEN_UP_AFTER)
    return bool(stale.update(begun_at=Now()))


def keep(kept: KeptAnswer, *, status: int, body: str, location: str) -> None:
    """The answer, for as long as its document is there."""
    KeptAnswer.objects.filter(pk=kept.pk).update(
        status=status, body=body, location=location, document=kept.document_id
    )


def forget(kept: KeptAnswer) -> None:
    """What was refused changed nothing: the same key may ask again."""
    KeptAnswer.objects.filter(pk=kept.pk, status=None).delete()
