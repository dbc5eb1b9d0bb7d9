"""A budget nearly spent, and a deadline beyond what can be done, fire the shipped rules and resolve."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import redis
from django.utils import timezone

from feedback.dispatch import upstreams
from feedback.models import AlertRule, Assignment, Budget, Incident, Membership, User
from feedback.operations.alerts.evaluation import evaluate
from limiter.services import change_upstream
from tests.factories.sharing import a_price, handed_in, run_once
from tests.integration.sharing.conftest import provider  # it answers for a fixed number of tokens

__all__ = ["provider"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provider")]


def firing(name: str) -> list[str]:
    """What fires, as the rule of this name ships."""
    AlertRule.objects.exclude(name=name).update(enabled=False)
    evaluate()
    return list(Incident.objects.filter(rule__name=name, state="firing").values_list("words", flat=True))


def test_a_budget_of_which_80_percent_is_spent(owner: User) -> None:
    a_price()
    budget = Budget.objects.create(user=owner, monthly=Decimal("0.0012"))
    run_once(handed_in(owner))
    assert firing("budget") == []  # 45 %
    run_once(handed_in(owner, text="Wasps are not bees, and nobody asks them. " * 20))
    assert firing("budget") == ["90 % of the budget of one person is used"]
    Budget.objects.filter(pk=budget.pk).update(monthly=10)
    assert firing("budget") == []
    assert Incident.objects.get().state == "resolved"


def test_a_deadline_that_asks_for_more_than_the_provider_can_do(
    owner: User, assignment: Assignment, redis_client: redis.Redis
) -> None:
    Assignment.objects.update(deadline=timezone.now() + timedelta(hours=20))
    limits_a_minute(100)
    assert firing("deadline-load") == []
    students = User.objects.bulk_create(User(email=f"s{n}@example.org") for n in range(400))
    Membership.objects.bulk_create(Membership(course=assignment.course, user=each) for each in students)
    limits_a_minute(1)
    (words,) = firing("deadline-load")
    assert words.startswith(f"The deadline of “{assignment}” in {assignment.course} will ask for ")
    limits_a_minute(100)
    assert firing("deadline-load") == []
    assert Incident.objects.get().state == "resolved"


def limits_a_minute(calls: float) -> None:
    change_upstream(
        upstream=upstreams.default_upstream(),
        changes={"requests_per_minute": calls, "max_in_flight": None},
        author="opal",
        reason="a test",
    )
