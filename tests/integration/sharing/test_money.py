"""Costs are entered as calls end, and a budget is never given away twice."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone

from feedback.errors import Refused
from feedback.models import Assignment, Budget, Charge, Document, Price, Reservation, User
from feedback.providers.base import MalformedAnswer, TokenUsage
from feedback.selectors.upstreams import spending as selectors
from feedback.services.intake import documents
from feedback.services.upstreams import reservations
from tests.factories import people
from tests.factories.providers import ScriptedProvider
from tests.factories.sharing import a_price, analysis_of, handed_in, run_once
from tests.factories.work import deleted_by_its_owner

pytestmark = pytest.mark.django_db
ONE_CALL = Decimal("0.000540")  # 80 tokens read at 3, 20 written at 15, a million


def submit(owner: User, text: str = "Bees. " * 200, key: str = "one", **fields: Any) -> Document:
    return documents.submit(owner=owner, handed=documents.Handed.pasted(text), submission_key=key, **fields)


def test_a_call_costs_what_its_tokens_cost() -> None:
    price = a_price()
    job, _, _ = run_once(handed_in())
    assert (job.cost, job.price) == (ONE_CALL, price)
    charge = Charge.objects.get()
    assert (charge.amount, charge.flow, charge.job) == (ONE_CALL, job.flow, job.pk)


def test_the_price_of_the_day_counts() -> None:
    a_price()
    newer = a_price(valid_from=timezone.localdate(), input=6, output=30)
    a_price(valid_from=date(2999, 1, 1), input=60)
    job, _, _ = run_once(handed_in())
    assert (job.cost, job.price) == (2 * ONE_CALL, newer)


def test_a_price_for_any_model_stands_in() -> None:
    a_price(model="*")
    assert run_once(handed_in())[0].cost == ONE_CALL


def test_without_a_price_the_cost_is_not_known() -> None:
    job, _, _ = run_once(handed_in())
    assert (job.cost, job.price, Charge.objects.count()) == (None, None, 0)


def test_every_run_that_used_tokens_is_paid_for(provider: ScriptedProvider) -> None:
    a_price()
    provider.errors = [MalformedAnswer(usage=TokenUsage(input_tokens=80, output_tokens=20))]
    document = handed_in()
    run_once(document)
    job, _, _ = run_once(document)
    assert (job.state, job.cost, Charge.objects.count()) == ("done", 2 * ONE_CALL, 2)


def test_a_follower_pays_nothing(assignment: Assignment, owner: User, classmate: User) -> None:
    a_price()
    first, second = handed_in(owner, assignment=assignment), handed_in(classmate, assignment=assignment)
    run_once(first)
    assert (analysis_of(first).cost, analysis_of(second).cost) == (ONE_CALL, None)


def test_what_was_spent_outlives_the_document(owner: User) -> None:
    a_price()
    document = handed_in(owner)
    run_once(document)
    deleted_by_its_owner(document)
    assert selectors.person_spent(owner).charged == ONE_CALL


def test_a_document_within_the_budget_sets_its_cost_aside(owner: User) -> None:
    a_price()
    Budget.objects.create(user=owner, monthly=1)
    document = submit(owner)
    (view,) = selectors.budgets_seen_by(owner)
    assert view.spent.reserved == Reservation.objects.get(document=document).amount > 0
    assert view.left == 1 - view.spent.reserved


def test_what_a_call_has_cost_is_taken_from_what_was_set_aside(owner: User) -> None:
    a_price()
    document = handed_in(owner)
    month = selectors.month_of(timezone.localdate())
    Reservation.objects.create(
        document=document, flow=analysis_of(document).flow, group="", month=month, amount=1
    )
    run_once(document)
    assert Reservation.objects.get().amount == 1 - ONE_CALL
    assert selectors.person_spent(owner).total == 1


def test_the_end_of_a_document_gives_back_the_rest(owner: User) -> None:
    a_price()
    Budget.objects.create(user=owner, monthly=1)
    documents.cancel(submit(owner))
    assert selectors.person_spent(owner).total == 0


@pytest.mark.parametrize("monthly", ["0", "0.0001"])
def test_a_used_up_budget_refuses_and_says_when_it_renews(owner: User, monthly: str) -> None:
    a_price()
    Budget.objects.create(user=owner, monthly=Decimal(monthly))
    with pytest.raises(Refused, match="renews on 1 ") as refused:
        submit(owner)
    assert refused.value.field == "text"
    assert refused.value.retry_after is not None
    assert refused.value.retry_after > 0
    assert not Document.objects.exists()


def test_a_courses_budget_bounds_its_students_together(
    assignment: Assignment, owner: User, classmate: User
) -> None:
    a_price()
    Budget.objects.create(course=assignment.course, monthly=Decimal("0.0050"))
    submit(owner, assignment=assignment)
    with pytest.raises(Refused, match="course's budget"):
        submit(classmate, assignment=assignment)
    assert submit(classmate).pk  # outside the course it is another's money


def test_two_at_the_same_moment_cant_both_have_the_last_of_it(transactional_db: None, owner: User) -> None:
    a_price()
    Budget.objects.create(user=owner, monthly=Decimal("0.0050"))
    together, got = threading.Barrier(4), []

    def hand_in(number: int) -> None:
        try:
            together.wait()
            got.append(submit(owner, key=str(number)))
        except Refused:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_in, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_a_budget_at_80_percent_is_reported(owner: User) -> None:
    a_price()
    Budget.objects.create(user=owner, monthly=Decimal("0.0006"))
    run_once(handed_in(owner))
    (reading,) = selectors.budget_readings()
    assert (reading.value, reading.subject) == (90.0, f"user:{owner.pk}")
    assert selectors.budgets_seen_by(owner)[0].is_near


def test_what_is_left_is_given_in_words(owner: User, assignment: Assignment) -> None:
    Budget.objects.create(user=owner, monthly=5)
    Budget.objects.create(course=assignment.course, monthly=0)
    page = render_to_string("portal/quota/budget.html", {"budgets": selectors.budgets_seen_by(owner)})
    assert "<strong>5.00 USD</strong> of 5.00 USD are left this month" in page
    assert "Used up for this month." in page
    assert f"Budget of {assignment.course.name}" in page


def test_a_budget_is_one_persons_or_one_courses(owner: User, assignment: Assignment) -> None:
    with pytest.raises(ValidationError, match="one person's, one course's or one upstream's"):
        Budget(user=owner, course=assignment.course, monthly=1).full_clean()
    with pytest.raises(ValidationError, match="below 0"):
        Budget(user=owner, monthly=-1).full_clean()


def test_a_price_in_another_currency_is_refused_at_its_field() -> None:
    with pytest.raises(ValidationError) as refused:
        Price(model="m", valid_from=date(2024, 1, 1), currency="EUR", input=1, output=1).full_clean()
    assert "currency" in refused.value.message_dict


def test_the_prices_that_come_along_are_marked_as_to_be_checked() -> None:
    Price.objects.all().delete()
    import_module("feedback.migrations.0013_prices_to_be_checked").seed(apps, None)
    assert set(Price.objects.values_list("to_be_checked", flat=True)) == {True}


def test_the_expected_cost_grows_with_the_text(owner: User) -> None:
    a_price()
    document = handed_in(owner)
    short, long = (reservations.expected_cost(document, characters) for characters in (1_000, 50_000))
    assert 0 < short < long


@pytest.mark.parametrize("person", ["operator"])
def test_money_has_its_place_in_the_admin(person: str, request: pytest.FixtureRequest) -> None:
    from django.test import Client

    client = Client()
    client.force_login(request.getfixturevalue(person))
    a_price()
    Budget.objects.create(user=people.student(), monthly=1)
    run_once(handed_in())
    for page in ("price", "budget", "charge", "outputbudget"):
        assert client.get(f"/admin/feedback/{page}/").status_code == 200
