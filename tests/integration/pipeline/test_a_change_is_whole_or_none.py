"""A connection that dies in the middle of a claim leaves no claim without its event."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection

from feedback.models import Job, JobEvent
from feedback.services.work import job_runs
from limiter.jobs.execution import Execution
from tests.factories.work import a_document, a_job

pytestmark = pytest.mark.django_db(transaction=True)

DIES = f"""
CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); RETURN NEW; END $$;
CREATE TRIGGER dies BEFORE INSERT ON {JobEvent._meta.db_table} FOR EACH ROW EXECUTE FUNCTION dies();
"""
LIVES = f"DROP TRIGGER IF EXISTS dies ON {JobEvent._meta.db_table}; DROP FUNCTION IF EXISTS dies();"


def execute(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)


@pytest.fixture
def job() -> Job:
    return a_job(a_document())


@pytest.fixture
def a_connection_dies_at_each_event(job: Job) -> Iterator[None]:
    execute(DIES)
    yield
    connection.close()
    execute(LIVES)


def claimed(job: Job, run: str) -> Job | None:
    return job_runs.claim(str(job.pk), Execution(id=run, job=str(job.pk)))


@pytest.mark.usefixtures("a_connection_dies_at_each_event")
def test_a_claim_is_written_with_its_event_or_not_at_all(job: Job) -> None:
    with pytest.raises(DatabaseError):
        claimed(job, "killed")
    connection.close()
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.WAITING, 0)
    assert not job.events.exists()

    execute(LIVES)
    assert claimed(job, "next")
    job.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.RUNNING, 1)
    assert list(job.events.values_list("kind", "attempt")) == [("claimed", 1)]
