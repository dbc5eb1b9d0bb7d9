"""Taking back one's own edits, the last one first."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from feedback.models import Comment, Document, Edit, Feedback, User

from .comments import edit_comment, move_comment, put_back, remove_comment
from .keeping import Conflict, Gone, Part, hold
from .parts import edit_feedback

OF_A_COMMENT = (Part.MESSAGE, Part.SUGGESTION, Part.KIND)


@transaction.atomic
def undo(document: Document, *, by: User) -> Edit | None:
    """Take back one's own last edit of a text that was not taken back yet. None: there is none.

    Raises Conflict where what it wrote was changed again since.
    """
    hold(document.pk)
    mine = document.edits.filter(by=by, undoes__isnull=True, undone_by__isnull=True)
    last = mine.select_related("comment__feedback").order_by("-pk").first()
    if last is None:
        return None
    _take_back(document, last, by)
    newest = document.edits.order_by("-pk").first()
    if newest is not None and newest.pk != last.pk and Edit.objects.filter(pk=last.pk).exists():
        Edit.objects.filter(pk=newest.pk).update(undoes=last)
    return last


def _take_back(document: Document, edit: Edit, by: User) -> None:
    if edit.part == Part.REMOVED:
        put_back(document, UUID((edit.kept or {}).get("id", str(edit.pk))), by=by)
    elif edit.part in (Part.ADDED, Part.ORDER, *OF_A_COMMENT):
        _take_back_of_comment(edit, by)
    else:
        feedback = document.feedback.filter(section=edit.section_id).first()
        if feedback is None or _reads(feedback, edit) != edit.after:
            raise Conflict
        _write_back(feedback, edit, by)


def _take_back_of_comment(edit: Edit, by: User) -> None:
    comment = edit.comment
    if comment is None:
        raise Gone
    if edit.part == Part.ADDED:
        remove_comment(comment, by=by)
    elif edit.part == Part.ORDER:
        move_comment(comment, 1 if int(edit.before) > int(edit.after) else -1, by=by)
    elif getattr(comment, edit.part) != edit.after:
        raise Conflict
    else:
        _write_to_comment(comment, edit, by)


def _write_to_comment(comment: Comment, edit: Edit, by: User) -> None:
    if edit.part == Part.MESSAGE:
        edit_comment(comment, by=by, message=edit.before)
    elif edit.part == Part.SUGGESTION:
        edit_comment(comment, by=by, suggestion=edit.before)
    else:
        edit_comment(comment, by=by, kind=edit.before)


def _reads(feedback: Feedback, edit: Edit) -> str:
    if edit.part == Part.LEVEL:
        return next((e["level"] for e in feedback.levels if e["criterion"] == edit.subject), "")
    value = getattr(feedback, edit.part)
    return value if edit.part == Part.SUMMARY else "\n".join(value)


def _write_back(feedback: Feedback, edit: Edit, by: User) -> None:
    if edit.part == Part.SUMMARY:
        edit_feedback(feedback, by=by, summary=edit.before)
    elif edit.part == Part.LEVEL:
        edit_feedback(feedback, by=by, levels={edit.subject: edit.before})
    else:
        edit_feedback(feedback, by=by, lists={Part(edit.part): edit.before.split("\n")})
