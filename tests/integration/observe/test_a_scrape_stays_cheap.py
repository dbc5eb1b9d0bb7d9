"""What a scrape and the alert rules ask of Postgres: few queries, over the indexes made for them."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from django.db import connection
from django.db.models import Count, Min, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback.models import Document, Job, JobEvent
from feedback.operations.alerts.evaluation import evaluate
from feedback.operations.alerts.signals import WINDOW
from feedback.operations.observe.metrics.exposition import page
from tests.factories.work import an_analysis

pytestmark = pytest.mark.django_db


def queries_of_a_scrape() -> int:
    with CaptureQueriesContext(connection) as seen:
        page()
    return len(seen)


def queries_of_an_evaluation() -> int:
    with CaptureQueriesContext(connection) as seen:
        evaluate()
    return len(seen)


def test_queries_do_not_grow_with_the_work(redis_client: redis.Redis) -> None:
    an_analysis()
    page()
    evaluate()
    scrape, evaluation = queries_of_a_scrape(), queries_of_an_evaluation()
    for _ in range(10):
        an_analysis()
    assert queries_of_a_scrape() == scrape
    assert queries_of_an_evaluation() == evaluation


def plan_of(rows: QuerySet[Any, Any]) -> str:
    """The plan where reading the whole table is the last resort: a small table would always be read whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


@pytest.mark.parametrize(
    ("state", "since", "index"),
    [("waiting", "waiting_since", "job_waiting"), ("running", "started_at", "job_running")],
)
def test_depth_and_age_of_a_stage_go_over_its_open_jobs(state: str, since: str, index: str) -> None:
    rows = Job.objects.filter(state=state).order_by().values("queue", "kind")
    plan = plan_of(rows.annotate(n=Count("pk"), since=Min(since)))
    assert "Seq Scan" not in plan, f"{index} or a better one serves it"


def test_documents_under_way_go_over_theirs() -> None:
    rows = Document.objects.filter(finished_at__isnull=True).order_by().values("state")
    assert "document_open" in plan_of(rows.annotate(n=Count("pk")))


def test_the_last_minutes_go_over_the_ends_of_runs() -> None:
    rows = JobEvent.objects.filter(at__gte=timezone.now() - WINDOW, kind__in=["again", "done", "failed"])
    assert "job_event_ends" in plan_of(rows.order_by().values("kind").annotate(n=Count("pk")))
