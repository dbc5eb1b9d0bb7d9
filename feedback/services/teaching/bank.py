"""A teacher's own comment bank: what they keep for other texts, up to MOST of them."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from feedback.documents.sanitise import clean
from feedback.errors import Refused
from feedback.models import BankedComment, User
from feedback.providers.base import CommentKind

MOST = 200


@transaction.atomic
def keep(*, owner: User, kind: str, message: str, suggestion: str = "") -> BankedComment:
    """The same words again are the same entry. Raises Refused where there are none, or too many entries."""
    User.objects.select_for_update().get(pk=owner.pk)  # two clicks come one after the other
    words = {"message": clean(message)[:10_000], "suggestion": clean(suggestion)[:10_000]}
    if not words["message"]:
        raise Refused(_("There are no words to keep yet."), field="message")
    if kind not in list(CommentKind):
        raise Refused(_("Choose one of the kinds."), field="kind")
    mine = BankedComment.objects.filter(owner=owner)
    known = mine.filter(kind=kind, **words).first()
    if known is not None:
        return known
    if mine.count() >= MOST:
        raise Refused(
            _("Your bank is full: %(number)d comments are the most.") % {"number": MOST}, field="message"
        )
    return BankedComment.objects.create(owner=owner, kind=kind, **words)


def forget(*, owner: User, key: UUID) -> bool:
    """False: it was gone."""
    return bool(BankedComment.objects.filter(owner=owner, pk=key).delete()[0])
