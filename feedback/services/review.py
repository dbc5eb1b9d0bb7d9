"""A teacher's work on feedback before a student reads it: edits that are kept, and the release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from feedback.errors import FeedbackError
from feedback.live import publish
from feedback.models import Comment, Document, Edit, Feedback, Release, User
from feedback.sanitise import clean
from feedback.services import audit
from feedback.services.documents import tell_when_done

Part = Edit.Part
LISTS = (Part.STRENGTHS, Part.NEXT_STEPS)


class NotReady(FeedbackError):
    """This text is still being worked on. It can be released once its feedback is complete."""


# Edits ----------------------------------------------------------------------------------------


@transaction.atomic
def edit_summary(feedback: Feedback, text: str, *, by: User) -> bool:
    """As every edit: False where nothing changed. Raises NotReady while the document is worked on."""
    return _edit(feedback, Part.SUMMARY, feedback.summary, clean(text), by, {"summary": clean(text)})


@transaction.atomic
def edit_list(feedback: Feedback, part: Edit.Part, lines: Sequence[str], *, by: User) -> bool:
    """What works, or what to do next: a line each."""
    kept = [line for line in map(clean, lines) if line]
    before: list[str] = getattr(feedback, part)
    return _edit(feedback, part, "\n".join(before), "\n".join(kept), by, {str(part): kept})


@transaction.atomic
def edit_level(feedback: Feedback, criterion: str, level: str, *, by: User) -> bool:
    """The level that a model suggests for a criterion; empty takes the suggestion away."""
    was = next((each for each in feedback.levels if each["criterion"] == criterion), None)
    if was is None:
        return False
    others = [each for each in feedback.levels if each["criterion"] != criterion]
    place = feedback.levels.index(was)
    levels = others if not level else [*others[:place], {**was, "level": clean(level)}, *others[place:]]
    return _edit(feedback, Part.LEVEL, was["level"], clean(level), by, {"levels": levels}, criterion)


@transaction.atomic
def edit_comment(comment: Comment, *, message: str, suggestion: str, by: User) -> bool:
    changed = False
    for part, text in ((Part.MESSAGE, clean(message)), (Part.SUGGESTION, clean(suggestion))):
        before = getattr(comment, part)
        if text == before:
            continue
        _keep(comment.feedback, part, before, text, by, comment=comment)
        setattr(comment, part, text)
        comment.save(update_fields=[part])
        changed = True
    return changed


@transaction.atomic
def remove_comment(comment: Comment, *, by: User) -> None:
    """Take a comment out. Its text stays among the edits."""
    removed = "\n".join(filter(None, (comment.quote, comment.message, comment.suggestion)))
    _keep(comment.feedback, Part.REMOVED, removed, "", by)
    comment.delete()


def _edit(
    feedback: Feedback,
    part: Edit.Part,
    before: str,
    after: str,
    by: User,
    fields: Mapping[str, Any],
    subject: str = "",
) -> bool:
    if before == after:
        return False
    _keep(feedback, part, before, after, by, subject=subject)
    Feedback.objects.filter(pk=feedback.pk).update(**fields)
    for name, value in fields.items():
        setattr(feedback, name, value)
    return True


def _keep(
    feedback: Feedback,
    part: Edit.Part,
    before: str,
    after: str,
    by: User,
    *,
    comment: Comment | None = None,
    subject: str = "",
) -> None:
    """One row more. Coalescing sees by it what was written for one student, and does not share it."""
    if not Document.objects.filter(pk=feedback.document_id, state__in=Document.ENDED).exists():
        raise NotReady
    Edit.objects.create(
        document_id=feedback.document_id, section_id=feedback.section_id, comment=comment, part=part,
        subject=subject, before=before, after=after, by=by,
    )  # fmt: skip


# Release --------------------------------------------------------------------------------------


@transaction.atomic
def release(document: Document, *, by: User | None, grade: str = "", note: str = "") -> bool:
    """Give the feedback to its owner, on every channel; once more changes grade and note.

    Returns whether it is news to the owner. Raises NotReady where more of it is still to come.
    """
    locked = Document.objects.select_for_update().get(pk=document.pk)
    if not locked.ended or locked.feedback.filter(provisional=True).exists():
        raise NotReady
    words = {"grade": grade.strip(), "note": clean(note)}
    was = Release.objects.filter(document=locked).first()
    Release.objects.update_or_create(document=locked, defaults={"by": by, "stands": True, **words})
    if by is not None:
        _tell_release(locked, was, words, by)
    is_news = locked.reviewed and not (was and was.stands)
    if is_news:
        tell_when_done(locked)
        transaction.on_commit(lambda: publish(str(locked.pk), "document", {"state": locked.state}))
    return is_news


def _tell_release(document: Document, was: Release | None, words: Mapping[str, str], by: User) -> None:
    """That it was, and whether grade and note changed: what they say is between teacher and student."""
    changed = [name for name, text in words.items() if text != (getattr(was, name) if was else "")]
    audit.record(
        author=by.get_username(), what="released", kind="document", subject=document.pk,
        before={"released": bool(was and was.stands)}, after={"released": True, "changed": changed},
    )  # fmt: skip


def release_many(documents: Iterable[Document], *, by: User) -> tuple[int, int]:
    """Release what is ready and not yet released; how many were, and how many were not ready."""
    released = not_ready = 0
    for document in documents:
        earlier = Release.objects.filter(document=document).first()
        if earlier and earlier.stands:
            continue
        try:
            release(document, by=by, **({"grade": earlier.grade, "note": earlier.note} if earlier else {}))
            released += 1
        except NotReady:
            not_ready += 1
    return released, not_ready
