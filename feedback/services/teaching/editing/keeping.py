"""The writing of an edit: over what its page has seen, with a row that says how it read before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop

from feedback.errors import FeedbackError
from feedback.models import Comment, Document, Edit, Feedback, User, WebhookEvent
from feedback.selectors.intake.visibility import feedback_visible
from feedback.services.webhooks import events

Part = Edit.Part
TOGETHER = timedelta(minutes=5)  # what is typed into one field within it is one edit


class NotReady(FeedbackError):
    """A document is not complete, so its feedback can't be released."""

    words = gettext_noop(
        "This text is still being worked on. It can be released once its feedback is complete."
    )


class Conflict(FeedbackError):
    """What was edited is not any more as its page showed it."""

    words = gettext_noop("This was changed somewhere else meanwhile.")


class Gone(Conflict):
    """The comment that was edited is there no more."""

    words = gettext_noop("This comment was taken out somewhere else meanwhile.")


@dataclass(frozen=True, slots=True)
class Seen:
    """The state of a part that an open page knew when it changed it."""

    version: int
    page: str = ""  # the page's own name: what it has written itself is no conflict


@dataclass(frozen=True, slots=True)
class Change:
    part: Part
    before: str
    after: str
    subject: str = ""  # the criterion of a level


def hold(document_id: UUID) -> None:
    held = Document.objects.select_for_update().filter(pk=document_id, state__in=Document.ENDED)
    if not held.values_list("pk", flat=True):
        raise NotReady


def hold_comment(comment: Comment) -> None:
    """With the comment as it is now."""
    hold(comment.feedback.document_id)
    try:
        comment.refresh_from_db()
    except Comment.DoesNotExist:
        raise Gone from None


def compare(row: Feedback | Comment, seen: Seen | None) -> None:
    is_own = seen is not None and bool(seen.page) and row.edited_in == seen.page
    if seen is not None and seen.version != row.version and not is_own:
        raise Conflict


def write(
    feedback: Feedback,
    row: Feedback | Comment,
    changes: Sequence[Change],
    fields: Mapping[str, Any],
    by: User,
    seen: Seen | None,
) -> bool:
    """The same again changes nothing, and is no conflict: an answer may have been lost on its way."""
    real = [change for change in changes if change.before != change.after]
    if not real:
        return False
    compare(row, seen)
    for change in real:
        keep(feedback, change, by, comment=row if isinstance(row, Comment) else None)
    values = {**fields, "version": row.version + 1, "edited_in": seen.page if seen else ""}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    return True


def keep(
    feedback: Feedback,
    change: Change,
    by: User,
    *,
    comment: Comment | None = None,
    kept: dict[str, Any] | None = None,
) -> None:
    """One row more, or a longer last one. Coalescing sees by them what was written for one student, and
    does not share it."""
    _announce(feedback.document)
    last = Edit.objects.filter(document=feedback.document_id).order_by("-pk").first()
    if last is not None and _goes_on(last, feedback, change, by, comment):
        if last.before == change.after:
            last.delete()
        else:
            Edit.objects.filter(pk=last.pk).update(after=change.after)
        return
    Edit.objects.create(
        document_id=feedback.document_id, section_id=feedback.section_id, comment=comment, part=change.part,
        subject=change.subject, before=change.before, after=change.after, kept=kept, by=by,
    )  # fmt: skip


def _announce(document: Document) -> None:
    """Those with a webhook, where the feedback may be read: before its release edits are the teacher's."""
    if feedback_visible(document):
        events.announce(document, WebhookEvent.UPDATED)


def _goes_on(last: Edit, feedback: Feedback, change: Change, by: User, comment: Comment | None) -> bool:
    """Whether an edit is more of the last one: typed by the same teacher into the same field."""
    same = (last.part, last.subject, last.section_id, last.comment_id, last.by_id, last.after)
    there = comment.pk if comment else None
    now = (change.part, change.subject, feedback.section_id, there, by.pk, change.before)
    is_typed = last.part not in (Part.ADDED, Part.REMOVED, Part.ORDER) and last.undoes_id is None
    return is_typed and same == now and timezone.now() - last.at < TOGETHER
