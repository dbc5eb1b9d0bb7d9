"""A draft as it will be handed in: read, split, and its sections corrected by their author."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from feedback import documents as reader
from feedback.documents import messages as codes
from feedback.errors import FeedbackError
from feedback.messages.model import Message
from feedback.models import Draft, User
from feedback.selectors.intake.drafts import outline_of_draft, parsed_of
from feedback.services.intake.documents import Handed, Marked, digest

READ_AT_ONCE = 2  # children of one web process: reading is for the preview here, the worker reads again
READ_WAIT = 20.0  # seconds that a preview waits for its turn

_reading = threading.BoundedSemaphore(READ_AT_ONCE)


class Busy(FeedbackError):
    """All places for reading a draft were taken for too long."""

    words = gettext_noop("Other texts are being read right now. Try again in a moment.")


def read(draft: Draft) -> Draft:
    """Read the draft as it will be read when it is handed in, and remember what was found.

    Corrections of the sections go along with an edited text as far as they still make sense. Raises
    Busy where other texts are being read for too long.
    """
    handed = handed_of(draft.text, draft)
    read_of = _digest(handed)
    if draft.read_of == read_of:
        return draft
    parsed, problem = _parse(handed)
    found = {
        "read_of": read_of,
        "read_text": parsed.text,
        "read_headings": [[h.start, h.end, h.level, h.title] for h in parsed.headings],
        "read_warnings": list(parsed.warnings),
        "read_problem": problem,
        "cuts": _carried_cuts(draft, parsed),
    }
    Draft.objects.filter(pk=draft.pk, version=draft.version).update(**found)
    for name, value in found.items():
        setattr(draft, name, value)
    return draft


def _parse(handed: Handed | None) -> tuple[reader.Parsed, Message | None]:
    """What was read, or why nothing was."""
    if handed is None:
        return reader.Parsed("", (), 0), None
    if not _reading.acquire(timeout=READ_WAIT):
        raise Busy
    try:
        return reader.parse(handed.data, handed.filename), None
    except reader.DocumentError as error:
        return reader.Parsed("", (), 0), error.message
    finally:
        _reading.release()


def _carried_cuts(draft: Draft, parsed: reader.Parsed) -> list[list[object]] | None:
    """The corrections of this draft, or of the document that it is a new draft of, for this text."""
    cuts, text = draft.cuts, draft.read_text
    if cuts is None and draft.previous is not None and not draft.read_text:
        cuts, text = draft.previous.cuts, draft.previous.text
    if cuts is None or not parsed.text:
        return None
    outline = reader.carried(tuple(reader.Cut(*cut) for cut in cuts), text, parsed)
    return None if outline is None else _plain(outline)


def _digest(handed: Handed | None) -> str:
    return "" if handed is None else digest(handed.filename.encode() + b"\n" + handed.data)


def handed_of(text: str, draft: Draft | None) -> Handed | None:
    """The draft's file, or the text; None: there is neither, or both, of which one has to go."""
    has_file = draft is not None and draft.has_file
    if has_file == bool(text.strip()):
        return None
    if draft is not None and has_file:
        return Handed(draft.filename, bytes(draft.data or b""))
    return Handed.pasted(text)


# Correcting the sections ----------------------------------------------------------------------

Correction = Callable[[reader.Parsed, reader.Outline], reader.Outline]


@transaction.atomic
def correct(*, owner: User, draft_id: UUID, read_of: str, correction: Correction) -> Draft:
    """Correct the split that a page showed. Raises SplitError where it cannot be, Draft.DoesNotExist."""
    draft = Draft.objects.select_for_update().defer("data").get(pk=draft_id, owner=owner)
    if draft.read_of != read_of:
        raise reader.SplitError(codes.TEXT_CHANGED)
    parsed = parsed_of(draft)
    draft.cuts = _plain(correction(parsed, outline_of_draft(draft, parsed)))
    Draft.objects.filter(pk=draft.pk).update(cuts=draft.cuts)
    return draft


def propose_again(*, owner: User, draft_id: UUID) -> None:
    """Forget the corrections."""
    Draft.objects.filter(pk=draft_id, owner=owner).update(cuts=None)


def _plain(outline: Sequence[reader.Cut]) -> list[list[object]]:
    return [[cut.start, cut.title] for cut in outline]


def problem_of(draft: Draft, handed: Handed) -> Message | None:
    """Why what is handed in could not be read, where that is known already; else None."""
    return draft.read_problem if draft.read_of == _digest(handed) else None


def marked_of(draft: Draft | None, handed: Handed) -> Marked | None:
    """The student's own sections, where they were marked in what is handed in."""
    if draft is None or draft.cuts is None:
        return None
    if draft.read_of != _digest(handed):
        return None
    return Marked(cuts=draft.cuts, text_digest=digest(draft.read_text.encode()))
