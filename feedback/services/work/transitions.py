"""The change of a job's state: its guarded UPDATE and its event, in one statement.

So neither is there without the other. Where its caller has begun no transaction the statement is one by
itself: a claim costs one round trip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Plus:
    """So much more than the row has."""

    by: int | Decimal


def change(
    job: UUID | str, guard: Mapping[str, Any], kind: JobEvent.Kind, detail: Mapping[str, Any], **fields: Any
) -> bool:
    """Set fields of a row that is as `guard` says, and keep an event of it. False: another was first."""
    raised = frozenset(name for name, value in fields.items() if isinstance(value, Plus))
    sql = _statement(tuple(guard), tuple(fields), raised)
    values = [_prepared(Job, name, value) for name, value in (*fields.items(), ("id", job), *guard.items())]
    event = (("at", timezone.now()), ("kind", kind), ("detail", dict(detail)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *(_prepared(JobEvent, name, value) for name, value in event)])
        return bool(cursor.rowcount)


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
