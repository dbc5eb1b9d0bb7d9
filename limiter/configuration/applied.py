"""The application of a file of upstreams: what it would change, and what somebody has edited since.

An upstream remembers the settings that a file has set (`Upstream.applied`). One that differs from that now
was edited by a person, and stays as it is unless it is forced. Where no file has set it before, the version
that the file was written from is what counts, or the upstream's first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from limiter.models import ConfigVersion, Upstream
from limiter.services import create_settings, delete_upstream
from limiter.services.upstreams import change_settings, uses_of

from .companion import companion_settings
from .filed import VERSION, Filed, settings_of
from .history import Change, changes_between
from .publication import SETTINGS, body_of

FIRST = 1  # version


@dataclass(frozen=True, slots=True)
class Edit:
    """A setting that somebody has edited, and that a file wants otherwise."""

    change: Change
    version: ConfigVersion | None  # that has it first as it is now; None: its companion keeps no versions


@dataclass(frozen=True, slots=True)
class Difference:
    """Between what a file says of one upstream and what is in force."""

    upstream: str
    wanted: Mapping[str, Any]
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.is_new or bool(self.changes or self.edits)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a file would change, or has changed."""

    differences: list[Difference]
    unused: list[str]  # upstreams that it does not name, and nothing uses

    def __bool__(self) -> bool:
        return bool(self.differences or self.unused)


def difference(filed: Filed, *, force: bool = False, prune: bool = False) -> Applied:
    """What applying would change. With `force` edits are changed too, with `prune` what is unused is deleted.

    Raises GateError where that is asked and the gate can't be reached.
    """
    found = [_difference(name, wanted, force=force) for name, wanted in filed.items()]
    others = Upstream.objects.exclude(name__in=filed) if prune else ()
    return Applied([each for each in found if each], [row.name for row in others if not uses_of(row.name)])


@transaction.atomic
def apply(filed: Filed, *, author: str, reason: str, force: bool = False, prune: bool = False) -> Applied:
    """All of it or nothing; returns what became different. What a file does not name stays.

    Raises ValidationError with a sentence at the field that is wrong, and GateError where something is to be
    deleted and the gate can't be reached.
    """
    list(Upstream.objects.select_for_update().filter(name__in=filed))
    found = difference(filed, force=force, prune=prune)
    for each in found.differences:
        changes = {change.name: _given(change) for change in each.changes}
        write = create_settings if each.is_new else change_settings
        if each.is_new or changes:
            write(upstream=each.upstream, changes=changes, author=author, reason=reason)
    for name, wanted in filed.items():
        kept = {
            edit.change.name for each in found.differences if each.upstream == name for edit in each.edits
        }
        _remember(name, {setting: wanted[setting] for setting in wanted if setting not in (VERSION, *kept)})
    for name in found.unused:
        delete_upstream(upstream=name, author=author, reason=reason)
    return found


def _difference(name: str, wanted: Mapping[str, Any], *, force: bool) -> Difference:
    named = {setting: value for setting, value in wanted.items() if setting != VERSION}
    row = Upstream.objects.filter(name=name).first()
    if row is None:
        usual = {**dict.fromkeys(companion_settings()), **body_of(Upstream(name=name))}
        return Difference(name, wanted, True, changes_between({each: usual[each] for each in named}, named))
    now = settings_of(row)
    changes = changes_between({each: now[each] for each in named}, named)
    edited = set() if force else {each.name for each in changes if _is_edited(row, each, wanted)}
    return Difference(
        name,
        wanted,
        changes=[each for each in changes if each.name not in edited],
        edits=[Edit(each, _maker(row, each)) for each in changes if each.name in edited],
    )


def _is_edited(row: Upstream, change: Change, wanted: Mapping[str, Any]) -> bool:
    known = [values[change.name] for values in _known(row, wanted) if change.name in values]
    return bool(known) and change.before not in known


def _known(row: Upstream, wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Settings that no edit has made: those of a file, and those that the file was written from."""
    applied: Mapping[str, Any] = row.applied or {}
    yield applied
    numbers = [wanted[VERSION]] if VERSION in wanted else []
    for version in row.versions.filter(version__in=numbers or [FIRST]):
        yield {name: value for name, value in version.body.items() if numbers or name not in applied}


def _maker(row: Upstream, change: Change) -> ConfigVersion | None:
    """The version with which the setting became what it is."""
    if change.name not in SETTINGS:
        return None
    maker = None
    for version in row.versions.all():  # the newest first
        if version.body.get(change.name) != change.before:
            break
        maker = version
    return maker


def _remember(upstream: str, values: Mapping[str, Any]) -> None:
    """No edit of the row: it makes no version."""
    rows = Upstream.objects.filter(name=upstream)
    for applied in rows.values_list("applied", flat=True):
        together = {**(applied or {}), **values}
        if together != applied:
            rows.update(applied=together)


def _given(change: Change) -> Any:
    """A companion reads its settings as they are typed."""
    if change.name in companion_settings() and change.name not in SETTINGS:
        return "" if change.after is None else str(change.after)
    return change.after
