"""A purge that finds little or nothing over its time reads little or nothing, however much is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from feedback.messages.model import message
from feedback.models import Document
from feedback.operations.retention import purge, waiting
from tests.factories.many import many_jobs
from tests.plans import plan_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

JOBS = 50_000  # of ten thousand documents
OVER = 60  # documents


@pytest.fixture(autouse=True)
def half_a_year(settings: Settings) -> None:
    settings.RETAIN_DAYS = {"documents": 180, "unfinished": 90}


def many_documents() -> None:
    """One in twenty failed, and most complete ones lie longer than what failed may."""
    many_jobs(JOBS)
    age = timedelta(days=100)
    Document.objects.update(finished_at=F("finished_at") - age)
    failed = list(Document.objects.order_by("pk").values_list("pk", flat=True)[::20])
    values = {"state": Document.State.FAILED, "problem": message("too_large")}
    Document.objects.filter(pk__in=failed).update(finished_at=F("finished_at") + age, **values)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE feedback_document")


def lookups() -> list[str]:
    """The questions that a whole purge asks for documents by their age, and those of a count."""
    with CaptureQueriesContext(connection) as seen:
        waiting()
        purge()
    asked = [query["sql"] for query in seen.captured_queries]
    return [sql for sql in asked if sql.startswith("SELECT") and '"finished_at" <' in sql]


def test_documents_are_never_looked_through() -> None:
    many_documents()
    unread = lookups()
    assert len(unread) == 4  # a count and a batch of each rule
    oldest = list(Document.objects.order_by("pk").values_list("pk", flat=True)[:OVER])
    Document.objects.filter(pk__in=oldest).update(finished_at=F("finished_at") - timedelta(days=200))
    for sql in [*unread, *lookups()]:
        ways = ways_to_documents(sql)
        assert ways <= {"document_over", "document_by_state"}, sql  # of what failed there is little
        assert ways == {"document_over"} or "'failed'" in sql, sql
    assert not Document.objects.filter(pk__in=oldest).exists()


def ways_to_documents(sql: str) -> set[str]:
    """The indexes that it goes by, and "all" where it reads the whole table."""
    return {
        step.get("Index Name", "all")
        for step in plan_of(sql)
        if "document_" in step.get("Index Name", "") or step.get("Relation Name") == "feedback_document"
        if step["Node Type"] != "Bitmap Heap Scan"
    }
