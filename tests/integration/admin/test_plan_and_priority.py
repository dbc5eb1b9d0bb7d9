"""What the admin says about a person or a course, the limiter enforces."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from feedback.dispatch import flows
from feedback.models import Course, User
from feedback.services.accounts.people import set_share
from limiter.models import FlowOverride, GroupWeight, Plan
from limiter.selectors import flow_limits
from limiter.services import create_plan
from tests.people import signed_in


@pytest.fixture
def office(operator: User, redis_client: redis.Redis) -> Client:
    return signed_in(operator)


@pytest.fixture
def plan(db: None) -> Plan:
    return create_plan(name="thesis", values={"weight": 2, "max_in_flight": 3}, author="test", reason="test")


def save(office: Client, user: User, **changes: Any) -> Any:
    fields = {"email": user.email, "name": user.name, "role": user.role, "is_active": "on", "plan": ""}
    address = reverse("admin:feedback_user_change", args=[user.pk])
    return office.post(address, {**fields, "priority": user.priority, **changes})


def test_a_plan_and_a_priority_reach_the_limiter_with_their_reason(
    office: Client, operator: User, owner: User, plan: Plan
) -> None:
    save(office, owner, plan=plan.pk, priority=1, reason="Writes a thesis.")
    owner.refresh_from_db()
    override = FlowOverride.objects.get(flow=flows.flow_of(owner))
    limits = flow_limits(flows.flow_of(owner))
    assert (owner.plan, owner.priority) == (plan, 1)
    assert (limits.plan, limits.weight, limits.max_in_flight) == ("thesis", 4.0, 3)
    assert (override.author, override.reason) == (operator.email, "Writes a thesis.")


def test_a_change_without_a_reason_is_refused_at_the_field(office: Client, owner: User, plan: Plan) -> None:
    answer = save(office, owner, plan=plan.pk)
    assert "reason" in answer.context["adminform"].form.errors
    owner.refresh_from_db()
    assert owner.plan is None


def test_a_name_changes_without_a_reason(office: Client, owner: User) -> None:
    save(office, owner, name="Olive Young")
    owner.refresh_from_db()
    assert owner.name == "Olive Young"
    assert not FlowOverride.objects.exists()


@pytest.mark.parametrize("priority", [-3, 3])
def test_a_priority_out_of_range_changes_nothing(owner: User, priority: int) -> None:
    with pytest.raises(ValidationError):
        set_share(user=owner, changes={"priority": priority}, author="test", reason="test")
    owner.refresh_from_db()
    assert owner.priority == 0
    assert not FlowOverride.objects.exists()


def test_the_page_says_what_a_person_may(office: Client, owner: User, plan: Plan) -> None:
    save(office, owner, plan=plan.pk, reason="Writes a thesis.")
    page = office.get(reverse("admin:feedback_user_change", args=[owner.pk])).content.decode()
    assert "Plan thesis: weight 2, 3 calls at once." in page


def test_a_courses_weight_reaches_the_limiter(office: Client) -> None:
    course = Course.objects.create(name="Rhetoric")
    inline = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    address = reverse("admin:feedback_course_change", args=[course.pk])
    office.post(address, {"name": "Rhetoric", "weight": "2.5", "reason": "Exam week.", **inline})
    group = GroupWeight.objects.get(group=flows.group_of_course(course))
    assert (group.weight, group.reason) == (2.5, "Exam week.")
