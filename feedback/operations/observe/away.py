from __future__ import annotations

from django.db import OperationalError
from psycopg import Error as PostgresError

# Classes of SQLSTATE that say nothing of our query: no connection, no room for one, a server that goes down.
NO_SERVER = ("08", "53", "57P")


def is_unreachable(error: BaseException | None) -> bool:
    """No connection to PostgreSQL at all, rather than a query that failed on one."""
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    state = cause.sqlstate if isinstance(cause, PostgresError) else None
    return state is None or state.startswith(NO_SERVER)
