"""A teacher's edits of a summary, of what works, of next steps and of levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from feedback.documents.sanitise import clean
from feedback.models import Feedback, User

from .keeping import Change, Part, Seen, hold, write

LISTS = (Part.STRENGTHS, Part.NEXT_STEPS)
LEVEL_LENGTH = 60


@transaction.atomic
def edit_feedback(
    feedback: Feedback,
    *,
    by: User,
    seen: Seen | None = None,
    summary: str | None = None,
    lists: Mapping[Part, Sequence[str]] | None = None,
    levels: Mapping[str, str] | None = None,
) -> bool:
    """Change what is given; False: all of it reads so already. A level by its criterion, empty for none.

    Raises NotReady while the document is worked on, Conflict where another edit was not `seen`.
    """
    hold(feedback.document_id)
    feedback.refresh_from_db()
    changes: list[Change] = []
    fields: dict[str, Any] = {}
    if summary is not None:
        fields["summary"] = clean(summary)
        changes.append(Change(Part.SUMMARY, feedback.summary, fields["summary"]))
    for part, lines in (lists or {}).items():
        fields[part] = [line for line in map(clean, lines) if line]
        changes.append(Change(part, "\n".join(getattr(feedback, part)), "\n".join(fields[part])))
    if levels:
        before = {level["criterion"]: level["level"] for level in feedback.levels}
        wanted = {criterion: clean(level)[:LEVEL_LENGTH] for criterion, level in levels.items()}
        fields["levels"] = with_levels(feedback.levels, wanted)
        changes += [Change(Part.LEVEL, before.get(name, ""), level, name) for name, level in wanted.items()]
    return write(feedback, feedback, changes, fields, by, seen)


def with_levels(stored: Sequence[dict[str, Any]], wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """A level that a teacher sets where none was suggested has no evidence; one that is taken away goes."""
    known = {level["criterion"] for level in stored}
    kept = [{**level, "level": wanted.get(level["criterion"], level["level"])} for level in stored]
    added = [
        {"criterion": name, "level": level, "evidence": "", "justification": ""}
        for name, level in wanted.items()
        if name not in known
    ]
    return [level for level in (*kept, *added) if level["level"] or level["criterion"] not in wanted]
