"""Lists of jobs: read page by page over their key, found by key or person, never counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feedback.models import Job, User
from tests.factories.many import many_jobs
from tests.people import signed_in
from tests.plans import plan_of

pytestmark = pytest.mark.django_db
LIST = "admin:feedback_job_changelist"
MOST_QUERIES = 12
SOME, A_MILLION = 50_000, 1_000_000
FILTERS = (
    {"state__exact": "done"}, {"state__exact": "failed"}, {"state__exact": "waiting"},
    {"kind__exact": "analyse"}, {"kind__exact": "deliver"}, {"kind__exact": "provisional"},
    {"upstream": "bedrock"}, {"upstream": "offline"}, {"outcome__exact": "throttled"},
    {"state__exact": "failed", "kind__exact": "split"},
)  # fmt: skip
SEARCHES = ("crowd77@", "Person 12", "01900000-0007-7000-8000-000400000007")


@pytest.fixture
def office(operator: User) -> Client:
    return signed_in(operator)


def page(office: Client, **query: str) -> Any:
    answer = office.get(reverse(LIST), query)
    assert answer.status_code == 200
    return answer.context["cl"]


def pages(office: Client, towards: str, **start: str) -> Iterator[list[Any]]:
    """Leaf by leaf, by the links that the page itself offers."""
    leaf = page(office, **start)
    yield leaf.result_list
    while address := leaf.links.get(towards):
        leaf = office.get(reverse(LIST) + address).context["cl"]
        yield leaf.result_list


def test_every_job_stands_on_one_page_whichever_way_it_is_read(office: Client) -> None:
    many_jobs(450)
    newest_first = list(Job.objects.order_by("-pk").values_list("pk", flat=True))
    down = [job.pk for leaf in pages(office, "older") for job in leaf]
    up = [[job.pk for job in leaf] for leaf in pages(office, "newer", after="")]
    assert down == newest_first
    assert [key for leaf in reversed(up) for key in leaf] == newest_first


def test_a_filter_begins_at_its_own_first_page_and_a_mistyped_key_at_the_first(office: Client) -> None:
    many_jobs(300)
    oldest = page(office, after="")
    assert "after" not in oldest.get_query_string({"state__exact": "failed"})
    assert page(office, before="no key").result_list == page(office).result_list


def test_jobs_are_found_by_their_key_their_documents_key_and_their_owner(office: Client) -> None:
    many_jobs(100)
    job = Job.objects.select_related("document__owner").order_by("pk")[7]
    assert [found.pk for found in page(office, q=str(job.pk)).result_list] == [job.pk]
    assert len(page(office, q=str(job.document_id)).result_list) == 5
    assert job in page(office, q=job.document.owner.email.upper()).result_list
    assert page(office, q="nobody@").result_list == []


def test_the_number_of_queries_does_not_grow_with_the_rows(office: Client) -> None:
    many_jobs(105)
    few = queries_of(office)
    User.objects.filter(email__startswith="crowd").delete()
    many_jobs(600)
    assert len(few) == len(queries_of(office)) <= MOST_QUERIES


def test_no_order_but_that_of_the_key_is_offered_or_obeyed(office: Client) -> None:
    many_jobs(200)
    asked = page(office, o="3.-2")
    assert not asked.sortable_by
    assert asked.result_list == page(office).result_list


@pytest.mark.parametrize("rows", [SOME, pytest.param(A_MILLION, marks=pytest.mark.long)])
def test_rows_are_never_looked_through(office: Client, rows: int) -> None:
    many_jobs(rows)
    middle = str(Job.objects.order_by("pk")[rows // 2].pk)
    places: list[dict[str, str]] = [{}, {"after": ""}, {"before": middle}, {"after": middle}]
    choices: list[dict[str, str]] = [{}, *FILTERS, *({"q": words} for words in SEARCHES)]
    for query in (choice | place for choice in choices for place in places):
        queries = queries_of(office, **query)
        assert len(queries) <= MOST_QUERIES, query
        for sql in queries:
            assert not looks_through_jobs(sql), (query, sql)


def test_a_look_through_all_rows_would_be_seen(office: Client) -> None:
    many_jobs(1_000)
    with CaptureQueriesContext(connection) as seen:
        Job.objects.filter(problem__contains="reached").count()
    assert looks_through_jobs(seen.captured_queries[0]["sql"])


def queries_of(office: Client, **query: str) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        page(office, **query)
    return [query["sql"] for query in seen.captured_queries]


def looks_through_jobs(sql: str) -> bool:
    if not sql.startswith("SELECT") or '"feedback_job"' not in sql:
        return False
    return any(
        step["Node Type"] == "Seq Scan" and step["Relation Name"] == "feedback_job" for step in plan_of(sql)
    )
