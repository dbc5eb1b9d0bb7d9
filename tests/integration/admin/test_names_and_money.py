"""Lists of what was used and paid tell people, courses and money as an operator knows them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback.dispatch import flows
from feedback.models import Charge, Price, UsageDay, User
from feedback.templatetags.operations import money
from tests.factories import people
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(operator: User) -> Client:
    return signed_in(operator)


def listed(office: Client, model: str) -> str:
    answer = office.get(reverse(f"admin:feedback_{model}_changelist"))
    assert answer.status_code == 200
    text = answer.content.decode()
    return text[text.index('id="result_list"') :]


def a_day(flow: str, group: str = "", ago: int = 1, **fields: object) -> UsageDay:
    day = timezone.now().date() - timedelta(days=ago)
    return UsageDay.objects.create(day=day, flow=flow, group=group, upstream="bedrock", **fields)


def test_use_by_day_tells_names_and_money_with_two_decimals(office: Client, owner: User) -> None:
    course = people.assignment().course
    day = a_day(flows.flow_of(owner), flows.group_of_course(course), cost=Decimal("12.345678"))
    page = office.get(reverse("admin:feedback_usageday_change", args=[day.pk])).content.decode()
    for shown in (listed(office, "usageday"), page):
        assert owner.name in shown
        assert course.name in shown
        assert "12.35" in shown
        assert "12.345678" not in shown
        assert reverse("admin:feedback_user_usage", args=[owner.pk]) in shown
        assert f"user:{owner.pk}" not in shown


def test_the_key_is_left_of_a_person_that_is_gone(office: Client) -> None:
    flow, group = f"user:{uuid4()}", f"course:{uuid4()}"
    a_day(flow, group)
    a_day("load test", "personal", ago=2)
    shown = listed(office, "usageday")
    for key in (flow, group, "load test", "none"):
        assert key in shown


def test_names_cost_no_more_questions_for_more_rows(office: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            listed(office, "usageday")
        return len(seen)

    a_day(flows.flow_of(people.student()), flows.group_of_course(people.assignment().course))
    few = queries()
    for _ in range(12):
        a_day(flows.flow_of(people.student()), flows.group_of_course(people.assignment().course))
    assert queries() == few


def test_charges_tell_names_and_money(office: Client, owner: User) -> None:
    course = people.assignment().course
    price = Price.objects.first() or Price.objects.create(
        model="m", valid_from=timezone.now(), input=1, output=1
    )
    charge = Charge.objects.create(
        month=timezone.now().date().replace(day=1), job=uuid4(), flow=flows.flow_of(owner),
        group=flows.group_of_course(course), upstream="bedrock", price=price, amount=Decimal("0.004300"),
    )  # fmt: skip
    shown = listed(office, "charge")
    for words in (owner.name, course.name, "0.0043<"):
        assert words in shown
    page = office.get(reverse("admin:feedback_charge_change", args=[charge.pk]))
    assert owner.name in page.content.decode()


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.000000", "0.00"),
        ("0.000001", "0.000001"),
        ("0.004300", "0.0043"),
        ("0.009999", "0.009999"),
        ("0.010000", "0.01"),
        ("2.345000", "2.35"),
        ("1234.5", "1,234.50"),
        ("-0.5", "-0.50"),
    ],
)
def test_money_has_more_than_two_decimals_only_under_a_cent(amount: str, words: str) -> None:
    assert money(Decimal(amount)) == words
