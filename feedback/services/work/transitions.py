"""The change of a job's state: its guarded UPDATE and its event, in one statement.

So neither is there without the other. Where its caller has begun no transaction the statement is one by
itself: a claim costs one round trip. Changes of one kind to many rows are one statement too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from feedback.models import Job, JobEvent

if TYPE_CHECKING:
    from django.db.models import Field

# All values are one parameter, and the text is the same for any number of rows: psycopg takes a text with
# hundreds of places apart anew for each batch.
STATEMENT = """
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb)
        AS w(id uuid, {columns}, event_kind varchar, event_detail jsonb)
),
free AS (
    SELECT job.id FROM {jobs} job JOIN wanted ON job.id = wanted.id WHERE {guards}
    ORDER BY job.id FOR NO KEY UPDATE OF job {locked}
),
changed AS (
    UPDATE {jobs} job SET {settings} FROM wanted JOIN free ON free.id = wanted.id
    WHERE job.id = free.id AND {guards} RETURNING job.id, job.attempt
)
INSERT INTO {events} (job_id, at, kind, attempt, detail)
SELECT changed.id, statement_timestamp(), event_kind, attempt, event_detail
FROM changed JOIN wanted ON changed.id = wanted.id
RETURNING job_id
"""
# A batch waits for no row that another transaction has locked, so two can't wait for each other, and what
# holds up one job holds up no other. A change alone waits.
LEFT_OUT, WAITED_FOR = "SKIP LOCKED", ""
# Of a statement: the names of what it guards, and of what it sets, each with how.
Kinds = tuple[tuple[str, type], ...]
Shape = tuple[Kinds, Kinds]


@dataclass(frozen=True, slots=True)
class Plus:
    """So much more than the row has."""

    by: int | Decimal


@dataclass(frozen=True, slots=True)
class After:
    """So many seconds after the statement, by the database's clock: a host's own may be wrong."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Due:
    """A guard: the row names no moment, or one that comes within so many seconds by the database's clock."""

    within: float


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a row that is as `guard` says, and what its event keeps."""

    job: UUID
    guard: Mapping[str, Any]
    kind: JobEvent.Kind
    detail: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        return _kinds_of(self.guard), _kinds_of(self.fields)


def change(wanted: Change) -> bool:
    """Set fields of a row that is as its guard says, and keep an event of it. False: another was first."""
    return bool(_changed_alike([wanted], WAITED_FOR))


def change_many(changes: Sequence[Change]) -> list[bool]:
    """Each as `change` does; returns which were made. A row that is locked is left as it is.

    A statement for each set of fields. Two runs of one job may meet in a batch, where a queue has its id
    twice: of several changes to a row the first alone is tried.
    """
    first: dict[UUID, int] = {}
    for place, each in enumerate(changes):
        first.setdefault(each.job, place)
    shapes: dict[Shape, list[Change]] = {}
    for place in first.values():
        shapes.setdefault(changes[place].shape, []).append(changes[place])
    made = {row for alike in shapes.values() for row in _changed_alike(alike, LEFT_OUT)}
    return [first[each.job] == place and each.job in made for place, each in enumerate(changes)]


def _changed_alike(changes: Sequence[Change], locked: str) -> list[UUID]:
    values = json.dumps([_row(each) for each in changes], default=str)
    with connection.cursor() as cursor:
        cursor.execute(_statement(locked, *changes[0].shape), [values])
        return [row[0] for row in cursor.fetchall()]


def _row(change: Change) -> dict[str, Any]:
    guards = {f"guard_{name}": _plain(name, value) for name, value in change.guard.items()}
    settings = {f"new_{name}": _plain(name, value) for name, value in change.fields.items()}
    event = {"event_kind": change.kind, "event_detail": dict(change.detail)}
    return {"id": change.job, **guards, **settings, **event}


def _plain(name: str, value: Any) -> Any:
    """A value as JSON may hold it."""
    if isinstance(value, After):
        return value.seconds
    if isinstance(value, Due):
        return value.within
    return _fields()[name].get_prep_value(value.by if isinstance(value, Plus) else value)


@cache
def _statement(locked: str, guard: Kinds, fields: Kinds) -> str:
    columns = [f"guard_{name} {_type(name, kind)}" for name, kind in guard]
    columns += [f"new_{name} {_type(name, kind)}" for name, kind in fields]
    return STATEMENT.format(
        locked=locked,
        columns=", ".join(columns),
        jobs=Job._meta.db_table,
        events=JobEvent._meta.db_table,
        guards=" AND ".join(_guard(name, kind) for name, kind in guard),
        settings=", ".join(f"{_column(name)} = {_setting(name, kind)}" for name, kind in fields),
    )


def _guard(name: str, kind: type) -> str:
    column = f"job.{_column(name)}"
    if kind is Due:
        latest = f"statement_timestamp() + wanted.guard_{name} * interval '1 second'"
        return f"({column} IS NULL OR {column} <= {latest})"
    return f"{column} = wanted.guard_{name}"


def _setting(name: str, kind: type) -> str:
    if kind is Plus:
        return f"coalesce(job.{_column(name)}, 0) + wanted.new_{name}"
    if kind is After:
        return f"statement_timestamp() + wanted.new_{name} * interval '1 second'"
    return f"wanted.new_{name}"


def _kinds_of(values: Mapping[str, Any]) -> Kinds:
    special = Plus | After | Due
    return tuple(
        (name, type(value) if isinstance(value, special) else object) for name, value in values.items()
    )


def _type(name: str, kind: type) -> str:
    """The type of a field's column without its length: what is too long must be refused, not cut."""
    return "float8" if kind in (After, Due) else str(_fields()[name].db_type(connection)).split("(")[0]


def _column(name: str) -> str:
    return f'"{_fields()[name].column}"'


@cache
def _fields() -> dict[str, Field[Any, Any]]:
    return {field.name: field for field in Job._meta.concrete_fields}
