"""Texts of errors that no rule knows: kept for operators, and a class given to one goes before every rule."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from feedback.models import ErrorText
from feedback.providers.base import (
    AccountRefused,
    FieldRefused,
    ProviderError,
    Rejected,
    Reply,
    Unavailable,
)
from feedback.providers.errors.redaction import fingerprint_of, redact
from feedback.services.operations import audit

logger = logging.getLogger(__name__)

Concerns = ErrorText.Concerns
KNOWN_FOR = 2.0  # seconds for which a process believes what was classed when it looked
MOST = 1_000  # texts that are kept: a server that says something else each time fills no table
CLASSED = "classed"  # the cause, where an operator gave the class


def as_classed(error: ProviderError) -> ProviderError:
    """The error as an operator classed its text, else as it is; an unknown text is kept.

    Where Postgres is away the error stays as it is.
    """
    if error.reply is None:
        return error
    try:
        chosen = _classes()
        if chosen or not error.known:
            fingerprint = fingerprint_of(error.reply.service, error.reply.code, error.reply.text)
            if fingerprint in chosen:
                return _of_class(chosen[fingerprint], error)
            if not error.known:
                keep(error.reply, fingerprint, concerns_of(error))
    except DatabaseError as problem:
        logger.warning("an error's text is neither kept nor looked up: %s", problem)
    return error


def concerns_of(error: ProviderError) -> Concerns:
    if isinstance(error, AccountRefused | FieldRefused):
        return Concerns.ACCOUNT
    return Concerns.REQUEST if isinstance(error, Rejected) else Concerns.MOMENT


def keep(reply: Reply, fingerprint: str, concerns: Concerns) -> None:
    """Count a text that no rule knows."""
    now = timezone.now()
    mine = ErrorText.objects.filter(fingerprint=fingerprint)
    if mine.update(seen=F("seen") + 1, last_at=Greatest("last_at", now)):
        return
    if ErrorText.objects.count() >= MOST:
        logger.warning("a new text of an error is not kept: there are %d already", MOST)
        return
    text = ErrorText(
        fingerprint=fingerprint, service=reply.service, code=redact(reply.code)[:200], status=reply.status,
        text=redact(reply.text), concerns=concerns, first_at=now, last_at=now,
    )  # fmt: skip
    ErrorText.objects.bulk_create([text], ignore_conflicts=True)


def class_as(concerns: Concerns) -> Callable[..., bool]:
    """The verb that says whom a text concerns, from now on, in every process within seconds."""

    def act(text: ErrorText, *, author: str, reason: str = "") -> bool:
        return _set(text, concerns.value, author=author, what="classed", reason=reason)

    return act


def undo(text: ErrorText, *, author: str, reason: str = "") -> bool:
    """Back to what its code or status lets one suppose. False: nothing was classed."""
    return _set(text, "", author=author, what="class undone", reason=reason)


@transaction.atomic
def _set(text: ErrorText, value: str, *, author: str, what: str, reason: str) -> bool:
    row = ErrorText.objects.select_for_update().filter(pk=text.pk).first()
    if row is None or row.classed_as == value:
        return False
    before = {"classed_as": row.classed_as}
    row.classed_as, row.classed_by = value, author if value else ""
    row.classed_at = timezone.now() if value else None
    row.save(update_fields=["classed_as", "classed_by", "classed_at"])
    audit.record(
        author=author, what=what, kind=str(row._meta.verbose_name), subject=row.pk,
        before=before, after={"classed_as": value}, reason=reason,
    )  # fmt: skip
    transaction.on_commit(forget_classes)
    return True


# What is in force ---------------------------------------------------------------------------------

_looked: tuple[float, Mapping[str, str]] | None = None


def _classes() -> Mapping[str, str]:
    """By fingerprint. Asked when an error comes: one look serves a storm of them."""
    global _looked
    if _looked is None or time.monotonic() - _looked[0] > KNOWN_FOR:
        rows = ErrorText.objects.exclude(classed_as="").values_list("fingerprint", "classed_as")
        _looked = (time.monotonic(), dict(rows))
    return _looked[1]


def forget_classes() -> None:
    global _looked
    _looked = None


def _of_class(chosen: str, error: ProviderError) -> ProviderError:
    if chosen == concerns_of(error) and not isinstance(error, FieldRefused):
        return error
    family = {Concerns.ACCOUNT: AccountRefused, Concerns.REQUEST: Rejected, Concerns.MOMENT: Unavailable}
    classed = family[Concerns(chosen)](str(error), retry_after=error.retry_after, usage=error.usage)
    classed.cause, classed.reply = CLASSED, error.reply
    return classed
