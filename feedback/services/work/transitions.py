"""The change of a job's state: its guarded UPDATE and its event, in one statement.

So neither is there without the other. Where its caller has begun no transaction the statement is one by
itself: a claim costs one round trip. Changes of one kind to many rows are one statement too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from feedback.models import Job, JobEvent

if TYPE_CHECKING:
    from django.db.models import Field

STATEMENT = """
WITH changed AS (UPDATE {jobs} SET {settings} WHERE {guards} RETURNING id, attempt)
INSERT INTO {events} (job_id, at, kind, attempt, detail)
SELECT id, %s, %s, attempt, %s FROM changed
"""

# A row that another transaction has locked is left out: a batch waits for none, so two can't wait for each
# other, and what holds up one job holds up no other.
FOR_MANY = """
WITH wanted (id, {names}, at_, kind_, detail_) AS (VALUES {rows}),
free AS (
    SELECT job.id FROM {jobs} job JOIN wanted ON job.id = wanted.id::uuid WHERE {guards}
    ORDER BY job.id FOR NO KEY UPDATE OF job SKIP LOCKED
),
changed AS (
    UPDATE {jobs} job SET {settings} FROM wanted JOIN free ON free.id = wanted.id::uuid
    WHERE job.id = free.id AND {guards} RETURNING job.id, job.attempt
)
INSERT INTO {events} (job_id, at, kind, attempt, detail)
SELECT changed.id, at_::timestamptz, kind_, attempt, detail_::jsonb
FROM changed JOIN wanted ON changed.id = wanted.id::uuid
RETURNING job_id
"""


@dataclass(frozen=True, slots=True)
class Plus:
    """So much more than the row has."""

    by: int | Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a row that is as `guard` says, and what its event keeps."""

    job: UUID
    guard: Mapping[str, Any]
    kind: JobEvent.Kind
    detail: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
        raised = frozenset(name for name, value in self.fields.items() if isinstance(value, Plus))
        return tuple(self.guard), tuple(self.fields), raised


def change(wanted: Change) -> bool:
    """Set fields of a row that is as its guard says, and keep an event of it. False: another was first."""
    values = [
        *(_prepared(Job, name, value) for name, value in wanted.fields.items()),
        _prepared(Job, "id", wanted.job),
        *(_prepared(Job, name, value) for name, value in wanted.guard.items()),
        *_event(wanted),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(*wanted.shape), values)
        return bool(cursor.rowcount)


def change_many(changes: Sequence[Change]) -> set[UUID]:
    """Each as `change` does; returns the rows that were changed. One that is locked is left as it is.

    A statement for each set of fields; a row is in one of the changes.
    """
    shapes: dict[tuple[tuple[str, ...], tuple[str, ...], frozenset[str]], list[Change]] = {}
    for each in changes:
        shapes.setdefault(each.shape, []).append(each)
    return {row for alike in shapes.values() for row in _changed_alike(alike)}


def _changed_alike(changes: Sequence[Change]) -> list[UUID]:
    values = [value for each in changes for value in _row(each)]
    with connection.cursor() as cursor:
        cursor.execute(_statement_for(len(changes), *changes[0].shape), values)
        return [row[0] for row in cursor.fetchall()]


def _row(change: Change) -> list[Any]:
    named = (*change.guard.items(), *change.fields.items())
    return [change.job, *(_prepared(Job, name, value) for name, value in named), *_event(change)]


def _event(change: Change) -> list[Any]:
    event = (("at", timezone.now()), ("kind", change.kind), ("detail", dict(change.detail)))
    return [_prepared(JobEvent, name, value) for name, value in event]


@cache
def _statement_for(rows: int, guard: tuple[str, ...], fields: tuple[str, ...], raised: frozenset[str]) -> str:
    guards = {name: f"guard{place}" for place, name in enumerate(guard)}
    settings = {name: f"field{place}" for place, name in enumerate(fields)}
    names = [*guards.values(), *settings.values()]
    row = "(" + ", ".join(["%s"] * (len(names) + 4)) + ")"
    return FOR_MANY.format(
        names=", ".join(names),
        rows=", ".join([row] * rows),
        jobs=Job._meta.db_table,
        events=JobEvent._meta.db_table,
        guards=" AND ".join(f"job.{_column(name)} = {_wanted(name, own)}" for name, own in guards.items()),
        settings=", ".join(_setting_of(name, own, raised=name in raised) for name, own in settings.items()),
    )


def _setting_of(name: str, own: str, *, raised: bool) -> str:
    column, wanted = _column(name), _wanted(name, own)
    return f"{column} = coalesce(job.{column}, 0) + {wanted}" if raised else f"{column} = {wanted}"


def _wanted(name: str, own: str) -> str:
    """A value of the list in its column's type: of nothing but nulls the server knows no type.

    Without its length: a cast would cut what is too long, where the column refuses it.
    """
    kind, *_ = str(_fields(Job)[name].db_type(connection)).split("(")
    return f"wanted.{own}::{kind}"


@cache
def _statement(guard: tuple[str, ...], fields: tuple[str, ...], raised: frozenset[str]) -> str:
    return STATEMENT.format(
        jobs=Job._meta.db_table,
        events=JobEvent._meta.db_table,
        settings=", ".join(_setting(_column(name), raised=name in raised) for name in fields),
        guards=" AND ".join(f"{_column(name)} = %s" for name in ("id", *guard)),
    )


def _setting(column: str, *, raised: bool) -> str:
    return f"{column} = coalesce({column}, 0) + %s" if raised else f"{column} = %s"


def _column(name: str) -> str:
    return f'"{_fields(Job)[name].column}"'


def _prepared(model: type[Job | JobEvent], name: str, value: Any) -> Any:
    """A value as the database takes it in a model's field."""
    plain = value.by if isinstance(value, Plus) else value
    return _fields(model)[name].get_db_prep_save(plain, connection)


@cache
def _fields(model: type[Job | JobEvent]) -> dict[str, Field[Any, Any]]:
    return {field.name: field for field in model._meta.concrete_fields}
