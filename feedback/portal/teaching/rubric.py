"""A rubric while it is edited: rows as they stand in the form, moved, added and checked.

Every button sends the whole form, so that it works without scripts; htmx only draws less of the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from feedback.base.keys import key_in
from feedback.models import Assignment
from feedback.services.teaching.assignments import Line

if TYPE_CHECKING:
    from django.http import QueryDict

MAX_ROWS = 20
MAX_LEVELS = 8
MAX_LEVEL_LENGTH = 60


@dataclass(slots=True)
class Row:
    id: str = ""
    name: str = ""
    description: str = ""
    levels: str = ""  # a line each, weakest first
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.name.strip() or self.description.strip() or self.levels.strip())

    def line(self) -> Line:
        return Line(
            name=self.name.strip(),
            description=self.description.strip(),
            levels=tuple(_lines(self.levels)),
            id=UUID(self.id) if self.id else None,
        )


def rows_of(assignment: Assignment) -> list[Row]:
    return [
        Row(str(each.pk), each.name, each.description, "\n".join(each.levels))
        for each in assignment.criteria.all()
    ]


def rows_in(data: QueryDict) -> list[Row]:
    """As they were sent. Fields of one row share its number."""
    columns = [
        data.getlist(f"criterion-{name}")[:MAX_ROWS] for name in ("id", "name", "description", "levels")
    ]
    ids, names, descriptions, levels = columns
    rows = zip(ids, names, descriptions, levels, strict=False)
    return [Row(str(key_in(id) or ""), name, description, level) for id, name, description, level in rows]


def acted(rows: list[Row], action: str) -> list[Row]:
    """After a button: "add", "up:2", "down:0", "remove:1". An unknown one changes nothing."""
    if action == "add":
        return [*rows, Row()][:MAX_ROWS]
    verb, _colon, number = action.partition(":")
    at = int(number) if number.isdecimal() else -1
    if not 0 <= at < len(rows):
        return rows
    rest = rows[:at] + rows[at + 1 :]
    if verb == "remove":
        return rest
    to = {"up": max(0, at - 1), "down": min(len(rest), at + 1)}.get(verb)
    return rows if to is None else [*rest[:to], rows[at], *rest[to:]]


def checked(rows: list[Row]) -> list[Row]:
    """Rows that hold something, with what is wrong with each at its field."""
    kept, names = [row for row in rows if not row.is_empty], set()
    for row in kept:
        row.errors = dict(_errors(row))
        name = row.name.strip().casefold()
        if name and name in names:
            row.errors["name"] = _("Another criterion has this name.")
        names.add(name)
    return kept


def _errors(row: Row) -> Iterator[tuple[str, str]]:
    name, levels = row.name.strip(), _lines(row.levels)
    if not name:
        yield "name", _("Give the criterion a name, or remove it.")
    elif len(name) > 200:
        yield "name", _("A name has 200 characters at most.")
    if len(levels) == 1:
        yield "levels", _("One level can't be told from another: write two or more, or none.")
    elif len(levels) > MAX_LEVELS:
        yield "levels", _("At most %(number)d levels.") % {"number": MAX_LEVELS}
    elif any(len(level) > MAX_LEVEL_LENGTH for level in levels):
        yield "levels", _("A level's name has %(number)d characters at most.") % {"number": MAX_LEVEL_LENGTH}
    elif len({level.casefold() for level in levels}) < len(levels):
        yield "levels", _("Two levels have the same name.")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
