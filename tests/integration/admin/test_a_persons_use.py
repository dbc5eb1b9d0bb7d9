"""A person's page: what is left of their limits and when it comes back, spend, days, jobs and decisions."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback.admin.people.usage import DAYS, days_of, limits_of
from feedback.dispatch import flows
from feedback.models import Budget, Job, UsageDay, User
from feedback.selectors.accounts.usage import usage_of
from feedback.services.accounts import roles
from feedback.services.accounts.people import set_share
from limiter.services import set_flow_policy
from tests.factories import reading
from tests.factories.work import an_analysis
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def page(client: Client, user: User, name: str = "usage") -> str:
    answer = client.get(reverse(f"admin:feedback_user_{name}", args=[user.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def used(user: User, tokens: int) -> Job:
    document = reading.a_split_document(user)
    jobs = Job.objects.filter(document=document, kind=Job.Kind.ANALYSE)
    job = jobs.order_by("pk")[0]
    reading.done(job)
    now = timezone.now()
    jobs.filter(pk=job.pk).update(input_tokens=tokens, attempt=1, started_at=now, finished_at=now)
    return job


def test_each_limit_says_what_is_left_and_when_it_comes_back(owner: User, redis_client: redis.Redis) -> None:
    changes = {"tokens_per_day": 1_000, "in_line": 3}
    set_flow_policy(flow=flows.flow_of(owner), changes=changes, author="opal", reason="Writes a lot.")
    an_analysis(owner)
    used(owner, 700)
    usage = usage_of(owner)
    calls, line, tokens = limits_of(usage)
    assert (calls.most, calls.left) == (None, None)
    assert (line.used, line.left) == (usage.in_line, 3 - usage.in_line)
    assert (tokens.used, tokens.left, tokens.is_used_up) == (700, 300, False)
    assert f"{usage.day_ends:%B}" in str(tokens.renews)


def test_the_page_has_jobs_exceptions_and_decisions_with_their_authors(
    operator: User, owner: User, redis_client: redis.Redis
) -> None:
    job = used(owner, 700)
    set_share(user=owner, changes={"priority": 1}, author=operator.email, reason="Writes a thesis.")
    office = signed_in(operator)
    assert reverse("admin:feedback_job_change", args=[job.pk]) in page(office, owner, "lately")
    shown = page(office, owner)
    assert "Writes a thesis." in shown
    assert "priority: 0 → 1" in shown
    assert reverse("admin:limiter_flowoverride_change", args=[flows.flow_of(owner)]) in shown


def test_days_are_those_of_work_that_is_here_and_of_work_that_is_gone(owner: User, outsider: User) -> None:
    today = timezone.now().date()
    used(owner, 700)
    used(outsider, 9_999)
    old = {"group": "personal", "upstream": "bedrock", "calls": 1, "input_tokens": 40, "output_tokens": 2}
    for ago in (3, DAYS + 5):
        UsageDay.objects.create(day=today - timedelta(days=ago), flow=flows.flow_of(owner), **old)
    rows = [values for _day, values in days_of(owner, today).rows]
    assert len(rows) == DAYS
    assert (rows[-1], rows[-4]) == (["700", "0"], ["40", "2"])
    assert sum(values != ["0", "0"] for values in rows) == 2


def test_spend_and_budget_stand_in_the_part_that_follows(operator: User, owner: User) -> None:
    office = signed_in(operator)
    assert "Budget a month" in page(office, owner, "lately")
    Budget.objects.create(user=owner, monthly=12)
    assert "12.00" in page(office, owner, "lately")


def test_neither_part_asks_more_as_the_persons_work_grows(owner: User, redis_client: redis.Redis) -> None:
    watcher = signed_in(member(roles.WATCHERS))
    Budget.objects.create(user=owner, monthly=12)

    def queries() -> list[int]:
        numbers = []
        for name in ("usage", "lately"):
            with CaptureQueriesContext(connection) as seen:
                page(watcher, owner, name)
            numbers.append(len(seen))
        return numbers

    used(owner, 1)
    few = queries()
    for number in range(12):
        used(owner, number)
        set_share(user=owner, changes={"priority": number % 2 + 1}, author="opal", reason="to and fro")
    assert queries() == few
    assert max(few) <= MOST_QUERIES


def test_the_page_needs_the_right_to_see_people(owner: User) -> None:
    stranger = signed_in(member(roles.TEACHERS))
    for name in ("usage", "lately"):
        address = reverse(f"admin:feedback_user_{name}", args=[owner.pk])
        assert stranger.get(address).status_code == 403
