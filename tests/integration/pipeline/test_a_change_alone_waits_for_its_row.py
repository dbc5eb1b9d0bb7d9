"""A change of one row that another transaction has locked: it waits, and goes by what was written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from feedback.models import Job, JobEvent
from feedback.services.work.transitions import Change, Plus, change
from tests.factories.work import an_analysis
from tests.running import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


def claimed(job: Job) -> bool:
    try:
        fields = {
            "state": "running", "lease": "mine", "lease_generation": 1, "attempt": Plus(1),
            "started_at": timezone.now(),
        }  # fmt: skip
        guard = {"state": "waiting"}
        return change(Change(job.pk, guard, JobEvent.Kind.CLAIMED, {"lease": "mine"}, fields))
    finally:
        connection.close()


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("written", "wins"), [("priority = 7", True), ("state = 'cancelled', finished_at = now()", False)]
)
def test_it_goes_by_what_the_other_has_written(written: str, wins: bool) -> None:
    job = an_analysis().jobs.filter(state="waiting").first()
    assert job is not None
    parameters = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor, "context": None}
    with psycopg.connect(**parameters) as other, ThreadPoolExecutor(1) as threads:
        other.execute(f"UPDATE feedback_job SET {written} WHERE id = %s", [job.pk])  # noqa: S608
        claim = threads.submit(claimed, job)
        wait_until(somebody_waits_for_a_lock, "it waits")
        assert not claim.done()
        other.commit()
        assert claim.result(120) is wins
    job.refresh_from_db()
    assert (job.state == "running") is wins
    assert JobEvent.objects.filter(job=job, kind="claimed").count() == int(wins)
