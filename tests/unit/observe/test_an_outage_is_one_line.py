from __future__ import annotations

from django.db import OperationalError
from psycopg import errors as postgres
from psycopg_pool import PoolTimeout

from feedback.operations.observe.away import is_unreachable
from feedback.operations.observe.logs import tell_errors


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except Exception as caught:
        return caught


def test_a_request_that_got_no_connection_is_a_line_without_places() -> None:
    late = raised(OperationalError("couldn't get a connection after 5.00 sec"), PoolTimeout("so long"))
    event = tell_errors(None, "error", {"event": "Internal Server Error", "exc_info": late})
    assert event == {
        "event": "Internal Server Error",
        "error": "couldn't get a connection after 5.00 sec",
    }


def test_a_query_that_failed_says_where() -> None:
    failed = raised(OperationalError("deadlock detected"), postgres.DeadlockDetected("deadlock detected"))
    assert not is_unreachable(failed)
    event = tell_errors(None, "error", {"event": "Internal Server Error", "exc_info": failed})
    assert "test_an_outage_is_one_line.py" in event["exception"]


def test_what_says_that_the_database_is_away() -> None:
    assert is_unreachable(OperationalError("no connection"))
    assert is_unreachable(raised(OperationalError("bye"), postgres.AdminShutdown("bye")))
    assert not is_unreachable(ValueError("no connection"))
