"""How Postgres means to answer a query."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection


def plan_of(sql: str) -> list[dict[str, Any]]:
    """Its steps, those that others are made of included."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found
    return list(_steps_of(plan[0]["Plan"]))


def _steps_of(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for below in step.get("Plans", ()):
        yield from _steps_of(below)
