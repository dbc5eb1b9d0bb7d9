"""Feedback that comes after a teacher's edits: what they changed stays as they left it, the rest is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from feedback.models import Comment, Edit, Feedback

from .comments import next_position
from .keeping import Part
from .parts import with_levels

_WHOLE = (Part.SUMMARY, Part.STRENGTHS, Part.NEXT_STEPS)
_OF_A_COMMENT = (Part.ADDED, Part.MESSAGE, Part.SUGGESTION, Part.KIND)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a teacher made of feedback that is about to be replaced."""

    fields: dict[str, object]
    levels: dict[str, str]  # by criterion
    comments: Sequence[Comment]
    replaced: frozenset[str]  # messages that a teacher changed or took out
    edits: dict[UUID, list[UUID]]  # by comment

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.levels or self.comments or self.replaced)


def kept_of(earlier: Feedback | None) -> Kept:
    """Asked for before the earlier feedback is deleted. What was taken back is not kept."""
    if earlier is None:
        return Kept({}, {}, (), frozenset(), {})
    edits = list(
        Edit.objects.filter(
            document=earlier.document_id, section=earlier.section_id, undoes=None, undone_by=None
        )
    )
    levels = {each["criterion"]: each["level"] for each in earlier.levels}
    by_comment: dict[UUID, list[UUID]] = {}
    for edit in edits:
        if edit.comment_id and edit.part in _OF_A_COMMENT:
            by_comment.setdefault(edit.comment_id, []).append(edit.pk)
    removed = {str((edit.kept or {}).get("message", "")) for edit in edits if edit.part == Part.REMOVED}
    return Kept(
        fields={edit.part: getattr(earlier, edit.part) for edit in edits if edit.part in _WHOLE},
        levels={edit.subject: levels.get(edit.subject, "") for edit in edits if edit.part == Part.LEVEL},
        comments=list(Comment.objects.filter(feedback=earlier, pk__in=by_comment)),
        replaced=frozenset(removed | {edit.before for edit in edits if edit.part == Part.MESSAGE}),
        edits=by_comment,
    )


def keep_in(feedback: Feedback, kept: Kept) -> None:
    """Put it into the feedback that came in its place."""
    if kept.is_empty:
        return
    for name, value in kept.fields.items():
        setattr(feedback, name, value)
    feedback.levels = with_levels(feedback.levels, kept.levels)
    feedback.version += 1
    feedback.save(update_fields=["levels", "version", *kept.fields])
    feedback.comments.filter(message__in=kept.replaced).delete()
    position = next_position(feedback)
    for number, comment in enumerate(kept.comments):
        comment.feedback, comment.position = feedback, position + number
    Comment.objects.bulk_create(kept.comments)
    for comment in kept.comments:
        Edit.objects.filter(pk__in=kept.edits[comment.pk]).update(comment=comment)
