"""Statements that are compiled once: Django's compiler takes longer than the server's answer.

    RUNNING = Prepared(lambda: Job.objects.filter(queue=Given("queue"), state="running"))
    RUNNING.all(queue="bedrock")

They are Django's own SQL, rows and instances, without a statement that the server keeps: a transaction pooler
may stand in between.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import connection, connections
from django.db.models import AutoField, BooleanField, Expression, F, Field, Func, JSONField, Model, QuerySet

if TYPE_CHECKING:
    from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Converters = dict[int, tuple[list[Any], Expression]]  # by column


class Given(Expression):
    """The place of a value that each run of a prepared query gives by its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, *_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s", [self]


def among(column: str, name: str) -> Func:
    """The condition that a column has one of the values of a list that each run gives."""
    return Func(
        F(column), Given(name), template="%(expressions)s)", arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )  # fmt: skip


class Prepared(Generic[Row]):
    """A query of models or of values, with places for what is given."""

    def __init__(self, make: Callable[[], QuerySet[Any, Row]]) -> None:
        self._make = make

    def all(self, **given: Any) -> list[Row]:
        queryset, compiler, converters, sql, places = self._compiled
        params = tuple(given[each.name] if isinstance(each, Given) else each for each in places)
        mine = queryset.all()
        mine.query.get_compiler = partial(_ready, compiler, converters, sql, params)  # type: ignore[method-assign]
        return list(mine)

    def first(self, **given: Any) -> Row | None:
        """Of a query that is bounded to one row."""
        return next(iter(self.all(**given)), None)

    @cached_property
    def _compiled(self) -> tuple[QuerySet[Any, Row], SQLCompiler, Converters, str, tuple[Any, ...]]:
        queryset = self._make()
        compiler = queryset.query.get_compiler(queryset.db)
        sql, places = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        return queryset, compiler, converters, sql, tuple(places)


def _ready(
    compiler: SQLCompiler, converters: Converters, sql: str, params: tuple[Any, ...], using: str
) -> SQLCompiler:
    """The compiler as it is when it has compiled, on this thread's connection."""
    mine = copy.copy(compiler)
    mine.connection = connections[using]
    mine.as_sql = lambda *_, **__: (sql, params)  # type: ignore[method-assign]
    mine.get_converters = lambda *_: converters  # type: ignore[method-assign]
    return mine


# Rows -----------------------------------------------------------------------------------------


def insert(rows: Sequence[Model]) -> None:
    """Insert rows of one model, as bulk_create does; a key that the database makes is not read back."""
    if not rows:
        return
    fields, sql = _insertion(type(rows[0]))
    values = [{field.column: _plain(field, row) for field in fields} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(values, default=str)])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _plain(field: Field[Any, Any], row: Model) -> Any:
    """A value as JSON may hold it."""
    value = field.pre_save(row, add=True)
    return value if isinstance(field, JSONField) else field.get_prep_value(value)


@cache
def _insertion(model: type[Model]) -> tuple[list[Field[Any, Any]], str]:
    """All rows are one parameter: psycopg takes a text with hundreds of places apart anew for each batch."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    # Without its length: what is too long must be refused, not cut.
    typed = ", ".join(f'"{each.column}" {str(each.db_type(connection)).split("(")[0]}' for each in fields)
    rows = f"jsonb_to_recordset(%s::jsonb) AS rows({typed})"
    return fields, f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {columns} FROM {rows}'  # noqa: S608 - our own names
