"""What a teacher typed on the page of a text, field by field against what is stored.

A field's name is its part and the id of what it belongs to: summary-…, message-…; version-… says over what it
was typed. Only fields that were sent count, so that a page can send those alone that changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from feedback.base.keys import key_in
from feedback.errors import Refused
from feedback.models import Comment, Document, Feedback, Reading, User
from feedback.services.teaching import editing, review
from feedback.services.teaching.editing import Part, Seen

if TYPE_CHECKING:
    from django.http import QueryDict

MOST = 10_000  # characters of a field
_OF_COMMENT = re.compile(r"(?:message|suggestion|kind|remove|restore)-([0-9a-f-]{36})")
_NEW = re.compile(r"new-([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class Clash:
    """What was typed over something that was changed elsewhere meanwhile; it is not stored."""

    part: str  # that the version belongs to
    version: int
    typed: Mapping[str, str]  # by field
    stored: Mapping[str, str]
    is_gone: bool = False  # the comment was taken out


@dataclass(slots=True)
class Saved:
    versions: dict[str, int] = field(default_factory=dict)  # by part, of all that was sent
    clashes: list[Clash] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)  # by field
    changed: bool = False

    @property
    def is_whole(self) -> bool:
        return not self.clashes and not self.errors


def save(document: Document, data: QueryDict, *, by: User) -> Saved:
    """Store what was sent, part by part. Raises editing.NotReady."""
    typed = _Typed(document, data, by)
    typed.save_all()
    return typed.saved


class _Typed:
    def __init__(self, document: Document, data: QueryDict, by: User) -> None:
        self.document, self.data, self.by = document, data, by
        self.page = data.get("page", "")[:36]
        self.saved = Saved()

    def save_all(self) -> None:
        given = list(self.document.feedback.select_related("section").prefetch_related("comments"))
        comments = {comment.pk: comment for each in given for comment in each.comments.all()}
        for feedback in given:
            feedback.document = self.document
            self.save_feedback(feedback)
        for key in _keys(_NEW, self.data):
            self.add(key, given)
        for key in _keys(_OF_COMMENT, self.data):
            self.save_comment(key, comments.get(key))
        self.save_reading()

    # Parts ------------------------------------------------------------------------------------

    def save_feedback(self, feedback: Feedback) -> None:
        stored = _stored_of(feedback)
        typed = {name: text for name, text in self.sent(stored) if text != stored[name]}
        typed |= dict(self.levels_of(feedback, stored))
        if not typed:
            return
        changes: dict[str, Any] = {"lists": {}, "levels": {}}
        for name, text in typed.items():
            part, _dash, rest = name.partition("-")
            if part == Part.SUMMARY:
                changes["summary"] = text
            elif part == Part.LEVEL:
                changes["levels"][rest[37:]] = text
            else:
                changes["lists"][Part(part)] = text.split("\n")
        self.write(
            feedback,
            typed,
            stored,
            lambda seen: editing.edit_feedback(feedback, by=self.by, seen=seen, **changes),
        )

    def levels_of(self, feedback: Feedback, stored: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        start = f"level-{feedback.pk}-"
        for name in self.data:
            if name.startswith(start) and (text := self.text(name)) != stored.get(name, ""):
                yield name, text

    def save_comment(self, key: UUID, comment: Comment | None) -> None:
        if f"restore-{key}" in self.data:
            try:
                comment = editing.put_back(self.document, key, by=self.by)
            except editing.Gone:
                comment = None
            else:
                self.saved.versions[str(key)] = comment.version
                self.saved.changed = True
        if comment is None:
            self.gone(key)
        elif f"remove-{key}" in self.data:
            self.edit(comment)
            stored = {f"message-{key}": comment.message}
            act = partial(editing.remove_comment, comment, by=self.by)
            self.write(comment, {f"remove-{key}": "on"}, stored, act)
        else:
            self.edit(comment)

    def edit(self, comment: Comment) -> None:
        stored = {
            f"{part}-{comment.pk}": getattr(comment, part)
            for part in (Part.MESSAGE, Part.SUGGESTION, Part.KIND)
        }
        typed = {name: text for name, text in self.sent(stored) if text != stored[name]}
        changes: dict[str, Any] = {name.partition("-")[0]: text for name, text in typed.items()}
        if changes:
            self.write(
                comment,
                typed,
                stored,
                lambda seen: editing.edit_comment(comment, by=self.by, seen=seen, **changes),
            )

    def gone(self, key: UUID) -> None:
        """A comment that is not there any more; to take it out once more is no conflict."""
        typed = {
            name: self.text(name)
            for part in (Part.MESSAGE, Part.SUGGESTION, Part.KIND)
            if (name := f"{part}-{key}") in self.data
        }
        if typed and f"remove-{key}" not in self.data and f"new-{key}" not in self.data:
            self.saved.clashes.append(Clash(str(key), 0, typed, {}, is_gone=True))

    def add(self, key: UUID, given: list[Feedback]) -> None:
        """A comment of the teacher's own. One without words is not there yet."""
        feedback = next((each for each in given if str(each.pk) == self.data.get(f"new-{key}")), None)
        message = self.text(f"message-{key}")
        if feedback is None or not message or f"remove-{key}" in self.data:
            return
        words = {name: self.text(f"{name}-{key}") for name in ("quote", "suggestion", "criterion", "kind")}
        before = self.data.get(f"before-{key}", "")[-200:]
        try:
            comment = editing.add_comment(
                feedback, key=key, by=self.by, message=message, before=before, page=self.page, **words
            )
        except Refused as refusal:
            self.saved.errors[f"{refusal.field}-{key}"] = str(refusal)
            return
        self.saved.versions[str(key)] = comment.version
        self.saved.changed = True
        self.edit(comment)

    def save_reading(self) -> None:
        """The grade and the note that go out with the release."""
        key = str(self.document.pk)
        row = Reading.objects.filter(document=self.document).first()
        earlier = row or getattr(self.document, "release", None)
        stored = {name: getattr(earlier, name, "") for name in ("grade", "note")}
        typed = {name: text for name, text in self.sent(stored) if text != stored[name]}
        if len(typed.get("grade", "")) > 40:
            self.saved.errors["grade"] = _("A grade has %(number)d characters at most.") % {"number": 40}
            return
        if not typed:
            return
        try:
            review.prepare(self.document, by=self.by, seen=self.seen(key) if row else None, **typed)
        except editing.Conflict:
            self.saved.clashes.append(Clash(key, row.version if row else 0, typed, stored))
        else:
            self.saved.versions[key] = Reading.objects.values_list("version", flat=True).get(
                pk=self.document.pk
            )
            self.saved.changed = True

    # Writing ----------------------------------------------------------------------------------

    def write(
        self,
        row: Feedback | Comment,
        typed: Mapping[str, str],
        stored: Mapping[str, str],
        act: Callable[..., object],
    ) -> None:
        key = str(row.pk)
        try:
            act(seen=self.seen(key))
        except editing.Gone:
            self.saved.clashes.append(Clash(key, 0, typed, {}, is_gone=True))
        except editing.Conflict:
            self.saved.clashes.append(Clash(key, row.version, typed, stored))
        except Refused as refusal:
            self.saved.errors[f"{refusal.field}-{key}"] = str(refusal)
        else:
            self.saved.versions[key] = row.version
            self.saved.changed = True

    def seen(self, key: str) -> Seen | None:
        number = self.data.get(f"version-{key}", "")
        return Seen(int(number), self.page) if number.isdecimal() else None

    def sent(self, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        return ((name, self.text(name)) for name in names if name in self.data)

    def text(self, name: str) -> str:
        return self.data.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()[:MOST]


def _keys(pattern: re.Pattern[str], data: QueryDict) -> list[UUID]:
    found = (pattern.fullmatch(name) for name in data)
    keys = (key_in(match[1]) for match in found if match)
    return list(dict.fromkeys(key for key in keys if key))


def _stored_of(feedback: Feedback) -> dict[str, str]:
    key = feedback.pk
    levels = {f"level-{key}-{level['criterion']}": level["level"] for level in feedback.levels}
    lists = {f"{part}-{key}": "\n".join(getattr(feedback, part)) for part in editing.LISTS}
    return {f"summary-{key}": feedback.summary, **lists, **levels}
