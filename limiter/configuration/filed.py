"""Limits as a file: written from what is in force, reviewed by people, and applied as a difference.

What operators decide from hour to hour (a pause, a forced breaker) is not in it: applying a file that was
written before an incident ends no pause.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from limiter.models import Upstream
from limiter.services import change_settings

from .companion import companion, companion_settings
from .history import Change, changes_between
from .publication import SETTINGS, body_of

SCHEMA = 1  # of the file
OF_THE_HOUR = ("paused", "breaker_mode")


def exported() -> dict[str, Any]:
    """Every upstream with its settings, those of its companion included."""
    rows = Upstream.objects.order_by("name")
    return {"schema": SCHEMA, "upstreams": {row.name: _settings_of(row) for row in rows}}


def _settings_of(row: Upstream) -> dict[str, Any]:
    own = {name: value for name, value in body_of(row).items() if name not in OF_THE_HOUR}
    keeper = companion()
    return {**own, **(keeper.values_of(row.name) if keeper else {})}


def difference(filed: Any) -> dict[str, list[Change]]:
    """What applying would change, by upstream. Raises ValidationError for what can't be applied."""
    found = {}
    for name, wanted in _upstreams_in(filed).items():
        row = Upstream.objects.filter(name=name).first()
        if row is None:
            raise ValidationError(f"There is no upstream {name!r}.")
        now = _settings_of(row)
        unknown = [each for each in wanted if each not in now]
        if unknown:
            raise ValidationError(f"{name}: {unknown[0]} is not a setting that a file keeps.")
        changes = changes_between({each: now[each] for each in wanted}, wanted)
        if changes:
            found[name] = changes
    return found


@transaction.atomic
def apply(filed: Any, *, author: str, reason: str) -> dict[str, list[Change]]:
    """All of it or nothing; returns what became different. What a file does not name stays."""
    return {
        name: change_settings(
            upstream=name,
            changes={change.name: _given(change) for change in changes},
            author=author,
            reason=reason,
        )
        for name, changes in difference(filed).items()
    }


def _given(change: Change) -> Any:
    """A companion reads its settings as they are typed."""
    if change.name in companion_settings() and change.name not in SETTINGS:
        return "" if change.after is None else str(change.after)
    return change.after


def _upstreams_in(filed: Any) -> Mapping[str, Mapping[str, Any]]:
    upstreams = filed.get("upstreams") if isinstance(filed, dict) else None
    if not isinstance(upstreams, dict) or not all(isinstance(each, dict) for each in upstreams.values()):
        raise ValidationError('A file of limits is {"schema": 1, "upstreams": {NAME: {SETTING: VALUE}}}.')
    if filed.get("schema") != SCHEMA:
        raise ValidationError(f"This reads files of schema {SCHEMA}, not of {filed.get('schema')}.")
    return upstreams
