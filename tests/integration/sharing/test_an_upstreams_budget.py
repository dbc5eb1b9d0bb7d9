"""An upstream's money for a month: beyond it new work goes to the next one, or is refused in words."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from feedback.dispatch import routes, upstreams
from feedback.errors import Refused
from feedback.models import Assignment, Budget, Document, Job, Reservation, User
from feedback.operations.doctor import route_checks
from feedback.selectors.upstreams import spending as selectors
from feedback.services.intake import documents
from feedback.services.work import failover
from limiter import services
from limiter.configuration import pools
from limiter.models import Upstream
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.sharing import a_price, analysis_of, handed_in, run_once

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"author": "operator", "reason": "a test"}
LITTLE, ENOUGH = Decimal("0.0001"), Decimal(1)


def submit(owner: User, key: str = "one", **fields: Any) -> Document:
    handed = documents.Handed.pasted("Bees. " * 200)
    return documents.submit(owner=owner, handed=handed, submission_key=key, **fields)


def cap(upstream: str, monthly: Decimal) -> Budget:
    return Budget.objects.create(upstream_id=upstream, monthly=monthly)


def paused(is_paused: bool) -> None:
    services.change_upstream(upstream="simulated", changes={"paused": is_paused}, **BY)
    pools.forget_views()


@pytest.fixture
def pool(settings: Any, monkeypatch: pytest.MonkeyPatch, redis_client: object) -> Any:
    """Two that cost the same; the second stands in for the first."""
    settings.FEEDBACK_UPSTREAM = "simulated"
    for name in ("simulated", "offline"):
        if not Upstream.objects.filter(name=name).exists():
            services.create_upstream(name=name, values={}, **BY)
    services.set_pool(name="writing", members=["simulated", "offline"], changes={}, **BY)
    pools.forget_views()
    a_price()
    with in_place_of("simulated", ScriptedProvider(), monkeypatch):
        yield
    pools.forget_views()


def test_within_its_budget_work_stays_at_home_and_its_cost_is_set_aside(pool: None, owner: User) -> None:
    budget = cap("simulated", ENOUGH)
    document = submit(owner)
    assert document.upstream == "simulated"
    assert selectors.view_of(budget).spent.reserved == Reservation.objects.get().amount > 0


def test_beyond_it_new_work_goes_to_the_next_of_the_pool(pool: None, owner: User) -> None:
    cap("simulated", LITTLE)
    document = submit(owner)
    document.refresh_from_db()
    assert document.upstream == "offline"
    assert not Reservation.objects.exists(), "nobody's money is bounded there"


def test_where_the_assignment_allows_no_other_it_is_refused_with_the_day(
    pool: None, owner: User, assignment: Assignment
) -> None:
    cap("simulated", LITTLE)
    assignment.allowed_upstreams = ["simulated"]
    assignment.save()
    with pytest.raises(Refused, match=r"money left for the model .* renews on 1 ") as refused:
        submit(owner, assignment=assignment)
    assert refused.value.field == "text"
    assert (refused.value.retry_after or 0) > 0
    assert not Document.objects.exists()


def test_when_all_of_the_pool_are_used_up_it_is_refused(pool: None, owner: User) -> None:
    cap("simulated", Decimal(0))
    cap("offline", Decimal(0))
    with pytest.raises(Refused, match="is used up for this month"):
        submit(owner)


def test_ones_own_budget_counts_beside_it(pool: None, owner: User) -> None:
    cap("simulated", ENOUGH)
    Budget.objects.create(user=owner, monthly=0)
    with pytest.raises(Refused, match="Your budget"):
        submit(owner)


def test_what_is_accepted_runs_whatever_is_left(owner: User) -> None:
    a_price()
    budget = cap("offline", Decimal(0))
    job, _, _ = run_once(handed_in(owner))
    assert job.state == Job.State.DONE
    assert selectors.view_of(budget).spent.charged == job.cost


@pytest.mark.django_db(transaction=True)
def test_a_retry_and_a_move_never_go_where_the_money_is_used_up(pool: None, owner: User) -> None:
    document = handed_in(owner, upstream="simulated")
    assert analysis_of(document).upstream == "simulated"
    cap("offline", Decimal(0))
    paused(True)
    assert routes.route(Job.Kind.SUMMARISE, document).upstream == "simulated"
    assert failover.move_all() == 0
    Budget.objects.all().delete()
    assert failover.move_all() == 1


@pytest.mark.django_db(transaction=True)
def test_work_returns_to_its_home_with_money_set_aside_for_it(pool: None, owner: User) -> None:
    document = handed_in(owner, upstream="simulated")
    paused(True)
    assert failover.move_all() == 1
    cap("simulated", Decimal(0))
    paused(False)
    assert failover.move_all() == 1
    assert analysis_of(document).upstream == "simulated"


def test_two_at_the_same_moment_cant_both_have_the_last_of_it(
    transactional_db: None, pool: None, owner: User
) -> None:
    cap("simulated", Decimal("0.0050"))
    together, homes = threading.Barrier(4), []

    def hand_in(number: int) -> None:
        try:
            together.wait()
            homes.append(submit(owner, key=str(number)).upstream)
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_in, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(homes) == ["offline"] * 3 + ["simulated"]


def test_the_doctor_names_a_tier_that_is_asked_for_without_a_price(
    pool: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route_checks, "FREE", ("offline",))
    monkeypatch.setattr(upstreams, "tiers_of", lambda upstream: ("flex",))
    assert any("no price of the tier flex" in finding.found for finding in route_checks.prices())
    a_price(tier="flex", input=1)
    assert not any("no price of the tier" in finding.found for finding in route_checks.prices())


def test_the_alert_the_doctor_and_the_admin_name_it(
    operator: User, client: Client, assignment: Assignment
) -> None:
    a_price()
    cap("offline", Decimal("0.0005"))
    run_once(handed_in())
    (reading,) = selectors.budget_readings()
    assert reading.subject == "upstream:offline"
    assert "of the budget of the upstream offline is used" in reading.words
    assert "the upstream offline" in next(iter(route_checks.budgets())).found
    client.force_login(operator)
    assert "Budget of the upstream offline" in client.get("/admin/feedback/budget/").content.decode()


def test_a_budget_is_of_one_alone(owner: User, assignment: Assignment) -> None:
    upstream = Upstream.objects.get(name="offline")
    for both in (
        {"user": owner},
        {"course": assignment.course},
        {"user": owner, "course": assignment.course},
    ):
        with pytest.raises(ValidationError, match="or one upstream's"):
            Budget(upstream=upstream, monthly=1, **both).full_clean()
    with pytest.raises(ValidationError, match="or one upstream's"):
        Budget(monthly=1).full_clean()
    Budget(upstream=upstream, monthly=1).full_clean()


def test_a_month_that_is_over_counts_no_more(owner: User) -> None:
    a_price()
    cap("offline", Decimal("0.0001"))
    run_once(handed_in(owner))
    assert selectors.used_up_upstreams() == {"offline"}
    month = selectors.renewal(selectors.month_of(timezone.localdate()))
    assert selectors.spent("upstream:offline", month).total == 0
