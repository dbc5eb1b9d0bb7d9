"""The application of a file of limits: what it would change, and what somebody has edited since.

A row remembers the settings that a file has set (its column `applied`). One that differs from that now was
edited by a person, and stays as it is unless it is forced. Where no file has set it before, a kind says what
counts (`Kind.known`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from limiter.configuration.history import Change, changes_between

from .kinds import KINDS, VERSION, Kind
from .reading import Filed


@dataclass(frozen=True, slots=True)
class Edit:
    """A setting that somebody has edited, and that a file wants otherwise."""

    change: Change
    author: str = ""
    reason: str = ""
    version: int | None = None  # that has it first as it is now; None: no versions are kept


@dataclass(frozen=True, slots=True)
class Difference:
    """Between what a file says of one row and what is in force."""

    kind: Kind
    name: str
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.is_new or bool(self.changes or self.edits)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a file would change, or has changed."""

    differences: list[Difference]
    unused: list[tuple[Kind, str]]  # rows that it does not name, and nothing uses

    def __bool__(self) -> bool:
        return bool(self.differences or self.unused)


def difference(filed: Filed, *, force: bool = False, prune: bool = False) -> Applied:
    """What applying would change. With `force` edits are changed too, with `prune` what is unused is deleted
    from the tables that the file has.

    Raises GateError where that is asked and the gate can't be reached.
    """
    named = [(kind, filed[kind.table]) for kind in KINDS if kind.table in filed]
    found = [
        _difference(kind, name, wanted, force=force) for kind, rows in named for name, wanted in rows.items()
    ]
    unused = [(kind, name) for kind, rows in named if prune for name in kind.unused(list(rows), force=force)]
    return Applied([each for each in found if each], unused)


@transaction.atomic
def apply(filed: Filed, *, author: str, reason: str, force: bool = False, prune: bool = False) -> Applied:
    """All of it or nothing; returns what became different. What a file does not name stays.

    Raises ValidationError with a sentence at the field that is wrong, and GateError where something is to be
    deleted and the gate can't be reached.
    """
    for kind in KINDS:
        list(kind.rows().select_for_update().filter(pk__in=filed.get(kind.table, ())))
    found = difference(filed, force=force, prune=prune)
    for each in found.differences:
        changes = {change.name: change.after for change in each.changes}
        if each.is_new or changes:
            each.kind.write(each.name, changes, new=each.is_new, author=author, reason=reason)
    edited = {(each.kind, each.name): each.edits for each in found.differences}
    for kind in KINDS:
        for name, wanted in filed.get(kind.table, {}).items():
            _remember(kind, name, wanted, {edit.change.name for edit in edited.get((kind, name), ())})
    for kind, name in reversed(found.unused):  # a plan that names an upstream goes before it
        kind.delete(name, author=author, reason=reason)
    return found


def _difference(kind: Kind, name: str, wanted: Mapping[str, Any], *, force: bool) -> Difference:
    named = {setting: value for setting, value in wanted.items() if setting != VERSION}
    row = kind.rows().filter(pk=name).first()
    if row is None:
        fresh = kind.fresh(name)
        return Difference(kind, name, True, changes_between({each: fresh[each] for each in named}, named))
    now = kind.now(row)
    changes = changes_between({each: now[each] for each in named}, named)
    edited = set() if force else {each.name for each in changes if _is_edited(kind, row, each, wanted)}
    return Difference(
        kind,
        name,
        changes=[each for each in changes if each.name not in edited],
        edits=[_edit(kind, row, each) for each in changes if each.name in edited],
    )


def _is_edited(kind: Kind, row: Any, change: Change, wanted: Mapping[str, Any]) -> bool:
    known = [values[change.name] for values in kind.known(row, wanted) if change.name in values]
    return bool(known) and change.before not in known


def _edit(kind: Kind, row: Any, change: Change) -> Edit:
    by = kind.editor(row, change)
    if by is None:
        return Edit(change)
    return Edit(change, by.author, by.reason, None if by is row else by.version)


def _remember(kind: Kind, name: str, wanted: Mapping[str, Any], edited: set[str]) -> None:
    """No edit of the row: it makes no version."""
    values = {setting: value for setting, value in wanted.items() if setting not in (VERSION, *edited)}
    rows = kind.rows().filter(pk=name)
    for applied in rows.values_list("applied", flat=True):
        together = {**(applied or {}), **values}
        if together != applied:
            rows.update(applied=together)
