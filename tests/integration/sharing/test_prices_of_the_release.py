"""The catalogue's prices for the models that are called, where none was entered."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from feedback.models import Price
from feedback.providers.models.catalogue import Price as Listed
from feedback.providers.models.catalogue import read_catalogue
from feedback.selectors.upstreams.endpoints import forget, target_of
from feedback.services.upstreams import prices
from tests.factories.sharing import a_price

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_prices(settings: Any) -> None:
    settings.FEEDBACK_UPSTREAM, settings.BEDROCK_MODEL_ID, settings.BEDROCK_REGION = (
        "bedrock",
        "",
        "eu-west-1",
    )
    forget()
    Price.objects.all().delete()


def listed(monkeypatch: pytest.MonkeyPatch, price: Listed | None) -> str:
    """What the catalogue has for the model that is called; returns that one's id."""
    target, catalogue = target_of("bedrock"), read_catalogue()
    models = {**catalogue.models, target.facts.name: replace(catalogue.default, price=price)}
    monkeypatch.setattr(prices, "read_catalogue", lambda: replace(catalogue, models=models))
    return target.model_id


def test_what_is_called_gets_the_price_of_its_geography_and_its_tiers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    price = Listed(3.0, 15.0, 0.3, 3.75, 6.0, factors={"eu": 1.1}, flex_factor=0.5)
    model = listed(monkeypatch, price)
    assert model.startswith("eu.")
    assert prices.seed_prices() >= 2
    usual, flex = Price.objects.filter(model=model).order_by("tier")
    assert (usual.tier, usual.input, usual.cache_write_1h) == ("", Decimal("3.3"), Decimal("6.6"))
    assert (flex.tier, flex.input, flex.output) == ("flex", Decimal("1.65"), Decimal("8.25"))
    assert usual.to_be_checked
    assert flex.to_be_checked
    assert prices.seed_prices() == 0


def test_a_figure_that_is_not_known_counts_as_input(monkeypatch: pytest.MonkeyPatch) -> None:
    model = listed(monkeypatch, Listed(3.0, 15.0))
    prices.seed_prices()
    row = Price.objects.get(model=model)
    assert (row.cache_read, row.cache_write, row.cache_write_1h) == (row.input, row.input, None)


@pytest.mark.parametrize("model", ["*", "own"])
def test_a_price_that_somebody_entered_stands_alone(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    called = listed(monkeypatch, Listed(3.0, 15.0, flex_factor=0.5))
    a_price(model=called if model == "own" else "*")
    prices.seed_prices()
    assert Price.objects.filter(model=called).count() == (1 if model == "own" else 0)


def test_a_site_of_another_currency_and_a_model_without_a_price_get_none(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    model = listed(monkeypatch, None)
    prices.seed_prices()
    assert not Price.objects.filter(model=model).exists()
    listed(monkeypatch, Listed(3.0, 15.0))
    settings.CURRENCY = "EUR"
    assert prices.seed_prices() == 0
