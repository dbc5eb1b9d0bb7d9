"""A purge that is killed has done whole batches; the next one does the rest, and nothing is counted twice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from feedback.models import Document, Job, Section, UsageDay
from feedback.operations.retention import usage_by_day
from tests.factories.work import a_document, a_job, a_student
from tests.running import wait_until

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]
DOCUMENTS = 150
AT = datetime(2025, 3, 3, 12, tzinfo=UTC)
EVER = date(2025, 1, 1)
PURGE = (sys.executable, "manage.py", "retention", "purge", "--batch")


def old_documents(number: int) -> None:
    owner = a_student()
    for _ in range(number):
        document = a_document(owner, state=Document.State.COMPLETE, finished_at=AT)
        section = Section.objects.create(
            document=document, position=0, start=0, end=3, heading="H", heading_path=["H"]
        )
        a_job(document, section=section, state=Job.State.DONE, finished_at=AT, attempt=1, input_tokens=10)


def moved() -> int:
    calls: int = UsageDay.objects.aggregate(calls=Sum("calls", default=0))["calls"]
    return calls


@pytest.fixture
def environment(child_environment: dict[str, str]) -> dict[str, str]:
    return {**child_environment, "RETAIN_DOCUMENTS_DAYS": "60"}


@contextmanager
def held_up_at(job: Job, environment: dict[str, str], *, batch: int) -> Iterator[subprocess.Popen[bytes]]:
    """A purge that has added up a batch and waits to delete one of its jobs; at the end it may go on."""
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        purge = started(batch, environment)
        wait_until(lambda: waiting_backends() == 1, "the purge waits for the job")
        yield purge
    purge.wait(90)
    wait_until(lambda: waiting_backends() == 0, "nobody waits any more")


def started(batch: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    words = (*PURGE, str(batch))
    return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def waiting_backends() -> int:
    """Of this test's database: those that wait for a lock. The list of locks is new each time; that of
    backends stays the same within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_locks"
            " WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        return int(cursor.fetchone()[0])


def other_backends() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def run_to_its_end(environment: dict[str, str]) -> None:
    subprocess.run((*PURGE, "4"), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def test_a_batch_that_is_cut_in_its_middle_never_was(environment: dict[str, str]) -> None:
    old_documents(6)
    before = usage_by_day(since=EVER)
    in_the_second_batch = Job.objects.order_by("document_id")[4]
    with held_up_at(in_the_second_batch, environment, batch=4) as purge:
        purge.kill()
    wait_until(lambda: not other_backends(), "the database has noticed that its client is gone")
    assert (Document.objects.count(), Job.objects.count(), moved()) == (2, 2, 4)
    assert usage_by_day(since=EVER) == before

    run_to_its_end(environment)
    assert not Document.objects.exists()
    assert usage_by_day(since=EVER) == before


def test_two_purges_at_once_count_each_call_once(environment: dict[str, str]) -> None:
    old_documents(6)
    before = usage_by_day(since=EVER)
    with held_up_at(Job.objects.order_by("document_id")[0], environment, batch=2) as first:
        second = started(2, environment)
        wait_until(lambda: waiting_backends() == 2, "the second waits to add to the same day")
    assert (first.wait(90), second.wait(90)) == (0, 0)
    assert not Document.objects.exists()
    assert usage_by_day(since=EVER) == before


def test_a_purge_that_is_killed_is_resumed(environment: dict[str, str]) -> None:
    old_documents(DOCUMENTS)
    before = usage_by_day(since=EVER)
    purge = started(1, environment)
    deadline = time.monotonic() + 120
    while not moved() and time.monotonic() < deadline:
        time.sleep(0.005)
    purge.kill()
    purge.wait()
    wait_until(lambda: not other_backends(), "the database has noticed that its client is gone")

    left = Document.objects.count()
    assert 0 < left < DOCUMENTS, "it was killed in the middle"
    assert moved() == DOCUMENTS - left
    assert usage_by_day(since=EVER) == before

    run_to_its_end(environment)
    assert not Document.objects.exists()
    assert usage_by_day(since=EVER) == before
