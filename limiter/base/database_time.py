"""The clock of the database, which all processes share; a host's own may be minutes off.

In a query it is Django's `Now()`.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone


def database_now() -> datetime:
    """Of SQLite, which has no server, it is this machine's."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def seconds_until(moment: datetime | None) -> float:
    """0 where the moment has passed, or is not named."""
    return 0.0 if moment is None else max(0.0, (moment - database_now()).total_seconds())
