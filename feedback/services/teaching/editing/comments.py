"""A teacher's edits of comments: changed, taken out, put back, added, moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from feedback import documents
from feedback.documents.sanitise import clean
from feedback.errors import Refused
from feedback.models import Comment, Document, Edit, Feedback, User
from feedback.providers.base import CommentKind

from .keeping import Change, Gone, Part, Seen, compare, hold, hold_comment, keep, write

_FIELDS = ("position", "kind", "quote", "start", "end", "message", "suggestion", "criterion", "version")


@transaction.atomic
def edit_comment(
    comment: Comment,
    *,
    by: User,
    seen: Seen | None = None,
    message: str | None = None,
    suggestion: str | None = None,
    kind: str | None = None,
) -> bool:
    """As edit_feedback. Raises Refused where nothing would be left of it, or where its kind is unknown."""
    hold_comment(comment)
    given = {Part.MESSAGE: message, Part.SUGGESTION: suggestion, Part.KIND: kind}
    fields: dict[str, Any] = {part: clean(text) for part, text in given.items() if text is not None}
    _check(fields)
    changes = [Change(Part(part), getattr(comment, part), text) for part, text in fields.items()]
    return write(comment.feedback, comment, changes, fields, by, seen)


def _check(fields: Mapping[str, str]) -> None:
    if not fields.get(Part.MESSAGE, "."):
        raise Refused(_("A comment says something. Take it out if it shall go."), field="message")
    if fields.get(Part.KIND, CommentKind.CLARITY) not in list(CommentKind):
        raise Refused(_("Choose one of the kinds."), field="kind")


@transaction.atomic
def remove_comment(comment: Comment, *, by: User, seen: Seen | None = None) -> None:
    """Take a comment out. It stays among the edits, and can be put back."""
    hold_comment(comment)
    text = "\n".join(filter(None, (comment.quote, comment.message, comment.suggestion)))
    kept = {name: getattr(comment, name) for name in _FIELDS}
    kept |= {"id": str(comment.pk), "feedback": str(comment.feedback_id)}
    kept["edits"] = [str(pk) for pk in comment.edits.values_list("pk", flat=True)]
    compare(comment, seen)
    keep(comment.feedback, Change(Part.REMOVED, text, ""), by, kept=kept)
    comment.delete()


@transaction.atomic
def put_back(document: Document, comment_id: UUID, *, by: User) -> Comment:
    """A comment that was taken out, where it stood. Raises Gone where there is none such."""
    hold(document.pk)
    there = Comment.objects.filter(feedback__document=document, pk=comment_id).first()
    if there is not None:
        return there
    removed = document.edits.filter(part=Part.REMOVED, kept__id=str(comment_id)).order_by("-pk").first()
    if removed is None or removed.kept is None:
        raise Gone
    feedback = document.feedback.filter(pk=removed.kept["feedback"]).first()
    if feedback is None:
        raise Gone
    values = {name: removed.kept[name] for name in _FIELDS}
    if feedback.comments.filter(position=values["position"]).exists():
        values["position"] = next_position(feedback)
    values["version"] += 1
    comment = Comment.objects.create(pk=comment_id, feedback=feedback, **values)
    Edit.objects.filter(pk__in=removed.kept["edits"]).update(comment=comment)
    keep(feedback, Change(Part.ADDED, "", comment.message), by, comment=comment)
    return comment


@transaction.atomic
def add_comment(
    feedback: Feedback,
    *,
    key: UUID,
    by: User,
    message: str,
    quote: str = "",
    before: str = "",
    kind: str = CommentKind.CLARITY,
    suggestion: str = "",
    criterion: str = "",
    page: str = "",
) -> Comment:
    """A teacher's own comment, on the words that it quotes; the same key again is the same comment.

    `before`: the words that stand before the quoted ones, which tell one place from another.
    """
    hold(feedback.document_id)
    known = Comment.objects.filter(pk=key).first()
    if known is not None:
        if known.feedback_id != feedback.pk:
            raise Refused(_("Reload this page: this comment belongs somewhere else."), field="message")
        return known
    fields = {"message": clean(message), "suggestion": clean(suggestion), "kind": kind}
    _check(fields)
    span = _place(feedback, quote, before)
    comment = Comment.objects.create(
        pk=key, feedback=feedback, position=next_position(feedback), criterion=criterion, edited_in=page,
        quote=_text(feedback)[span.start : span.end] if span else clean(quote),
        start=span.start if span else None, end=span.end if span else None, **fields,
    )  # fmt: skip
    keep(feedback, Change(Part.ADDED, "", comment.message), by, comment=comment)
    return comment


def _text(feedback: Feedback) -> str:
    return feedback.section.text if feedback.section else feedback.document.text


def _place(feedback: Feedback, quote: str, before: str) -> documents.Span | None:
    if not quote.strip():
        return None
    text = _text(feedback)
    both = documents.anchor(text, before + quote) if before.strip() else None
    return documents.anchor(text, quote, near=both.end - len(quote) if both else None)


def next_position(feedback: Feedback) -> int:
    last = feedback.comments.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


@transaction.atomic
def move_comment(comment: Comment, step: int, *, by: User) -> bool:
    """One place earlier (-1) or later (1) among those that begin at the same words. False: it is the last."""
    hold_comment(comment)
    beside = list(comment.feedback.comments.filter(start=comment.start).order_by("position"))
    if comment.start is None:
        beside = list(comment.feedback.comments.filter(start__isnull=True).order_by("position"))
    at = beside.index(comment) + step
    if not 0 <= at < len(beside):
        return False
    other, here = beside[at], comment.position
    Comment.objects.filter(pk=comment.pk).update(position=next_position(comment.feedback))
    Comment.objects.filter(pk=other.pk).update(position=here)
    Comment.objects.filter(pk=comment.pk).update(position=other.position)
    change = Change(Part.ORDER, str(here), str(other.position))
    keep(comment.feedback, change, by, comment=comment)
    return True
