"""The first page: the sentence, the figures and the charts come from what is there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback.models import Assignment, Charge, Job, JobEvent, Price, User
from feedback.operations.alerts.signals import readings
from feedback.selectors.operations.figures import Operations, operations_now
from feedback.selectors.operations.health import health_of
from feedback.selectors.operations.trends import Span, trend
from feedback.selectors.work.expected import expected_start
from feedback.services.accounts import roles
from limiter.configuration.publication import reconcile_configuration
from limiter.services import change_upstream, set_flow_policy
from tests.factories import reading, work
from tests.factories.many import many_jobs
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def office(operator: User, redis_client: redis.Redis) -> Client:
    reconcile_configuration()
    return signed_in(operator)


def of(now: Operations, name: str) -> Any:
    return next(each for each in now.upstreams if each.name == name)


def some_work(owner: User, **fields: Any) -> list[Job]:
    """Four sections: one done, one running, one that was throttled and waits again, one that is held."""
    document = reading.a_split_document(owner, sections=4, **fields)
    done, runs, again, held = (reading.job_of(section) for section in document.sections.all())
    began = timezone.now() - timedelta(seconds=40)
    reading.done(done)
    Job.objects.filter(pk=done.pk).update(
        started_at=began, waiting_since=began - timedelta(seconds=30), input_tokens=900, output_tokens=100
    )
    JobEvent.objects.create(job=done, kind=JobEvent.Kind.DONE)
    reading.running(runs)
    JobEvent.objects.create(job=again, kind=JobEvent.Kind.AGAIN, detail={"outcome": "throttled"})
    Job.objects.filter(pk=held.pk).update(state=Job.State.HELD)
    return [done, runs, again, held]


def test_every_figure_is_counted_from_the_rows(office: Client, owner: User, assignment: Assignment) -> None:
    done, *_ = some_work(owner, assignment=assignment)
    price = Price.objects.create(
        model="m", valid_from=timezone.localdate(), currency="USD", input=1, output=1
    )
    Charge.objects.create(
        month=timezone.localdate().replace(day=1), job=done.pk, flow=done.flow, group=done.group,
        upstream="offline", price=price, amount=Decimal("0.25"),
    )  # fmt: skip
    now = operations_now()
    offline = of(now, "offline")
    assert (offline.in_line, offline.held, offline.in_flight) == (1, 1, 1)
    assert (offline.began, offline.tokens, offline.runs, offline.throttled) == (3, 1000, 2, 1)
    assert now.spent == Decimal("0.25")
    (wait,) = now.waits
    assert (wait.name, wait.calls) == (assignment.course.name, 3), "what runs and what waits counts too"
    assert wait.p95 > timedelta(seconds=20)


def test_work_of_a_suspended_person_is_neither_served_nor_old(office: Client, owner: User) -> None:
    _done, _runs, again, held = some_work(owner)
    long_ago = timezone.now() - timedelta(hours=5)
    Job.objects.filter(pk__in=[again.pk, held.pk]).update(waiting_since=long_ago)
    assert of(operations_now(), "offline").waiting == 2
    assert [reading.subject for reading in readings("oldest_job")] == [again.queue]
    set_flow_policy(flow=again.flow, changes={"suspended": True}, author="test", reason="a test")
    now = operations_now()
    assert (now.waiting, of(now, "offline").in_line, of(now, "offline").suspended) == (0, 1, 2)
    assert now.oldest is None
    assert readings("oldest_job") == []
    assert expected_start(owner, "offline").is_paused
    assert health_of(now).sentence.endswith("no worker runs, and nothing waits.")


def test_the_wait_by_course_counts_people_that_still_wait(office: Client, owner: User) -> None:
    _done, _runs, again, _held = some_work(owner)
    Job.objects.filter(pk=again.pk).update(waiting_since=timezone.now() - timedelta(hours=1))
    (wait,) = operations_now().waits
    assert wait.p95 > timedelta(minutes=30)


def test_the_page_says_first_why_no_work_is_served(office: Client, owner: User) -> None:
    some_work(owner)
    page = office.get(reverse("admin:index")).content.decode()
    assert "Students are not being served: no worker runs, and 2 jobs wait." in page
    assert page.index("not being served") < page.index("In flight")


def test_a_paused_upstream_is_marked_beside_its_name(office: Client) -> None:
    change_upstream(upstream="offline", changes={"paused": True}, author="test", reason="a test")
    figures = office.get(reverse("admin:feedback_job_figures")).content.decode()
    assert "paused" in figures
    assert "<html" not in figures


def test_the_charts_hold_what_ended_in_their_span(office: Client, owner: User) -> None:
    done, *_ = some_work(owner)
    points = trend(Span.HOUR)
    assert (sum(each.done for each in points), sum(each.throttled for each in points)) == (1, 1)
    assert sum(each.tokens for each in points) == 1000
    Job.objects.filter(pk=done.pk).update(finished_at=timezone.now() - timedelta(hours=5))
    assert sum(each.done for each in trend(Span.HOUR)) == 0
    assert sum(each.done for each in trend(Span.DAY)) == sum(each.done for each in trend(Span.WEEK)) == 1
    page = office.get(reverse("admin:feedback_job_charts"), {"span": "week"}).content.decode()
    assert "As a table" in page
    assert office.get(reverse("admin:feedback_job_charts"), {"span": "century"}).status_code == 200


@pytest.mark.parametrize(
    "name", ["index", "feedback_job_figures", "feedback_job_charts", "feedback_job_dead"]
)
def test_each_page_asks_few_questions_however_much_there_is(redis_client: redis.Redis, name: str) -> None:
    client = signed_in(member(roles.OPERATORS))
    counts = []
    for more in (lambda: work.an_analysis(), lambda: many_jobs(300)):
        more()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(f"admin:{name}")).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= MOST_QUERIES, seen.captured_queries


def test_the_figures_need_the_right_to_see_jobs() -> None:
    client = signed_in(member(roles.TEACHERS))
    assert 'id="figures"' not in client.get(reverse("admin:index")).content.decode()
    for name in ("figures", "charts", "dead", "workers"):
        assert client.get(reverse(f"admin:feedback_job_{name}")).status_code == 403
