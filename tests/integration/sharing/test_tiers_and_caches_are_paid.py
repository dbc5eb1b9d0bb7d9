"""What a call costs goes by the tier that served it and by how long its cache stays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from feedback.dispatch import upstreams
from feedback.models import Budget, Charge, Job, JobEvent, Price, Reservation, UsageDay, User
from feedback.operations.observe.metrics import counters
from feedback.operations.retention import roll_up, usage_by_day
from feedback.providers.base import TokenUsage
from feedback.services.upstreams import reservations, spending
from tests.factories.providers import ScriptedProvider
from tests.factories.sharing import a_price, handed_in, run_once

pytestmark = pytest.mark.django_db
CACHED = TokenUsage(
    input_tokens=10, output_tokens=20, cache_read_tokens=400, cache_write_tokens=1_000,
    cache_write_1h_tokens=600, tier="flex",
)  # fmt: skip


def test_the_cache_is_paid_by_the_time_that_it_stays() -> None:
    price = a_price(cache_write_1h="6")
    price.refresh_from_db()
    # 10 at 3, 20 at 15, 400 at 0.30, 400 at 3.75 and 600 at 6, for each million
    assert spending.amount_of(price, CACHED) == Decimal("0.005550")


def test_without_a_price_of_its_own_an_hour_costs_as_five_minutes() -> None:
    price = a_price()
    price.refresh_from_db()
    assert spending.amount_of(price, CACHED) == Decimal("0.004200")


def test_the_price_of_the_tier_that_served_the_call_counts(provider: ScriptedProvider) -> None:
    a_price()
    flex = a_price(tier="flex", input="1.5", output="7.5")
    provider.usage = TokenUsage(input_tokens=80, output_tokens=20, tier="flex")
    job, _, _ = run_once(handed_in())
    assert (job.price, job.cost, job.served_tier) == (flex, Decimal("0.000270"), "flex")


def test_asked_for_flex_and_served_as_usual_costs_as_usual(provider: ScriptedProvider) -> None:
    usual = a_price()
    a_price(tier="flex", input=1, output=1)
    provider.usage = TokenUsage(input_tokens=80, output_tokens=20, tier="default")
    document = handed_in()
    document.jobs.update(tier="flex")
    job, _, _ = run_once(document)
    assert (job.price, job.tier, job.served_tier) == (usual, "flex", "default")


def test_where_the_provider_names_no_tier_the_one_that_was_asked_for_is_paid() -> None:
    a_price()
    flex = a_price(tier="flex", input=1, output=1)
    document = handed_in()
    document.jobs.update(tier="flex")
    assert run_once(document)[0].price == flex


def test_a_tier_without_a_price_is_paid_at_the_usual_one(provider: ScriptedProvider) -> None:
    usual = a_price()
    a_price(model="*", tier="flex", input=1, output=1)
    provider.usage = TokenUsage(input_tokens=80, output_tokens=20, tier="flex")
    assert run_once(handed_in())[0].price == usual


def test_what_may_still_be_spent_goes_by_the_tier_that_is_asked_for(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_price()
    a_price(tier="priority", input=6, output=30)
    document = handed_in(owner)
    usual = reservations.expected_cost(document, 5_000)
    monkeypatch.setattr(reservations, "tier_of", lambda upstream: "priority")
    assert reservations.expected_cost(document, 5_000) == 2 * usual


def test_the_reservation_is_corrected_by_each_calls_own_tier(owner: User) -> None:
    a_price()
    a_price(tier="flex", input="1.5", output="7.5")
    Budget.objects.create(user=owner, monthly=1)
    document = handed_in(owner)
    Reservation.objects.create(document=document, flow="f", group="", month=date(2026, 1, 1), amount=1)
    reservations.reserve_for_calls(document, summary_tokens=100)
    usual = Reservation.objects.get().amount
    document.jobs.update(tier="flex")
    reservations.reserve_for_calls(document, summary_tokens=100)
    assert Reservation.objects.get().amount == usual / 2


def test_a_price_is_one_for_each_model_tier_and_day() -> None:
    a_price()
    a_price(tier="flex")
    with pytest.raises(ValidationError, match="of this model and tier"):
        Price(model="scripted-1", tier="flex", valid_from=date(2024, 1, 1), currency="USD", input=1,
              output=1).full_clean()  # fmt: skip
    with pytest.raises(ValidationError, match="below 0"):
        Price(model="m", valid_from=date(2024, 1, 1), currency="USD", input=1, output=1,
              cache_write_1h=-1).full_clean()  # fmt: skip


def test_the_row_and_its_event_say_what_the_run_used(provider: ScriptedProvider) -> None:
    provider.usage = CACHED
    job, _, _ = run_once(handed_in())
    assert (job.cache_read_tokens, job.cache_write_tokens, job.cache_write_1h_tokens) == (400, 1_000, 600)
    assert job.events.get(kind=JobEvent.Kind.DONE).detail == {
        "input": 10, "output": 20, "cache_read": 400, "cache_write": 1_000, "cache_write_1h": 600,
        "tier": "flex",
    }  # fmt: skip


def test_a_provider_that_counts_more_for_an_hour_than_in_all_is_written_down(
    provider: ScriptedProvider,
) -> None:
    provider.usage = TokenUsage(input_tokens=1, cache_write_tokens=5, cache_write_1h_tokens=9, tier="x" * 40)
    job, _, _ = run_once(handed_in())
    assert (job.state, job.cache_write_1h_tokens, job.served_tier) == ("done", 5, "x" * 16)


def test_use_by_day_keeps_cache_and_tier_when_the_calls_are_gone(provider: ScriptedProvider) -> None:
    provider.usage = CACHED
    document = handed_in()
    run_once(document)
    before = usage_by_day(since=date(2025, 1, 1))
    roll_up([document.pk])
    document.delete()
    assert usage_by_day(since=date(2025, 1, 1)) == before
    (day,) = before
    assert (day.tier, day.cache_read_tokens, day.cache_write_tokens) == ("flex", 400, 1_000)
    assert UsageDay.objects.get().tier == "flex"


def test_the_admin_shows_tier_cache_and_what_is_an_estimate(
    operator: User, client: Client, provider: ScriptedProvider
) -> None:
    a_price(tier="flex", cache_write_1h=6)
    provider.usage = TokenUsage(
        input_tokens=10, cache_write_tokens=7, cache_write_1h_tokens=5, tier="flex", measured=False
    )
    job, _, _ = run_once(handed_in())
    client.force_login(operator)
    page = client.get(f"/admin/feedback/job/{job.pk}/change/").content.decode()
    assert "served by: flex" in page
    assert "7 to cache, 5 of them for an hour (the call came without figures: an estimate)" in page
    assert "scripted-1 (flex) from" in client.get("/admin/feedback/charge/").content.decode()


def test_metrics_count_paid_calls_by_tier(
    provider: ScriptedProvider, django_capture_on_commit_callbacks: object
) -> None:
    provider.usage = CACHED
    counted = counters.paid_calls.labels("offline", "flex", "measured")
    before = counted._value.get()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        run_once(handed_in())
    assert counted._value.get() == before + 1


def test_an_upstream_that_is_no_model_of_bedrock_asks_for_no_tier() -> None:
    assert (upstreams.tier_of("offline"), Job().tier, Charge().measured) == ("", "", True)
