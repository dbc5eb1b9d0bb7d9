"""A teacher's reading of feedback before a student does, and the release. Edits are in services.editing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from feedback.documents.sanitise import clean
from feedback.live import publish
from feedback.models import Document, Reading, Release, User, WebhookEvent
from feedback.services.operations import audit
from feedback.services.teaching.editing import Conflict, NotReady, Seen
from feedback.services.webhooks import events
from feedback.services.work import workflow

# Reading --------------------------------------------------------------------------------------


@transaction.atomic
def prepare(
    document: Document,
    *,
    by: User,
    seen: Seen | None = None,
    grade: str | None = None,
    note: str | None = None,
) -> bool:
    """Keep what the teacher will say with the release; the student sees nothing of it before. False: it is
    kept already. Raises Conflict."""
    reading = _reading_of(document)
    cleaned = {name: clean(words) for name, words in (("grade", grade), ("note", note)) if words is not None}
    changed = {name: words for name, words in cleaned.items() if words != getattr(reading, name)}
    if not changed:
        return False
    is_own = seen is not None and bool(seen.page) and reading.edited_in == seen.page
    if seen is not None and seen.version != reading.version and not is_own:
        raise Conflict
    page = seen.page if seen else ""
    values = {**changed, "by": by, "version": reading.version + 1, "edited_in": page}
    Reading.objects.filter(document=document).update(**values)
    return True


@transaction.atomic
def mark_read(document: Document, *, by: User) -> None:
    """The teacher is done with it, and it can be released with others."""
    _reading_of(document)
    Reading.objects.filter(document=document).update(by=by, read_at=timezone.now())


def prepared(document: Document) -> dict[str, str]:
    """Grade and note as they would go out with a release now."""
    kept = Reading.objects.filter(document=document).first() or getattr(document, "release", None)
    return {"grade": kept.grade, "note": kept.note} if kept else {"grade": "", "note": ""}


def _reading_of(document: Document) -> Reading:
    """The row, held. A grade that was given with an earlier release is where it begins."""
    Document.objects.select_for_update().filter(pk=document.pk).values_list("pk", flat=True).get()
    given = Release.objects.filter(document=document).first()
    begun = {"grade": given.grade, "note": given.note} if given else {}
    return Reading.objects.get_or_create(document=document, defaults=begun)[0]


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
    read = {"by": by, "read_at": timezone.now(), **words}
    Reading.objects.update_or_create(document=locked, defaults=read)
    if by is not None:
        _tell_release(locked, was, words, by)
    is_news = locked.reviewed and not (was and was.stands)
    if is_news:
        workflow.deliver(locked)
        events.announce(locked, WebhookEvent.RELEASED)
        transaction.on_commit(lambda: publish(str(locked.pk), "document", {"state": locked.state}))
    elif was and (was.grade, was.note) != (words["grade"], words["note"]):
        events.announce(locked, WebhookEvent.UPDATED)
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
        kept = Reading.objects.filter(document=document).first() or earlier
        try:
            release(document, by=by, **({"grade": kept.grade, "note": kept.note} if kept else {}))
            released += 1
        except NotReady:
            not_ready += 1
    return released, not_ready
