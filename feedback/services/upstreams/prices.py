"""Prices that a release brings along, for models that work can reach and that have no price."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from feedback.models import Price
from feedback.providers.models.catalogue import Price as Listed
from feedback.providers.models.catalogue import prefix_of, read_catalogue
from feedback.selectors.upstreams.endpoints import Target, called_upstreams, target_of
from feedback.selectors.upstreams.spending import price_of
from limiter.configuration.pools import members_of

LISTED_IN = "USD"  # the currency of the catalogue's figures
SIMULATED = "simulated"  # its calls are priced as the model that they stand for
EXACTLY = Decimal("0.0001")  # as a row keeps it


def seed_prices() -> int:
    """Enter what the catalogue lists for the models called now, marked as to be checked; returns the rows.

    A model that has a price, its own or the one for any, is left alone, and so is a site that reckons in
    another currency. A long prompt's dearer price is not known to rows: it is charged as any other.
    """
    if settings.CURRENCY != LISTED_IN:
        return 0
    today = timezone.localdate()
    models = {target.model_id: target for target in _targets() if price_of(target.model_id, today) is None}
    rows = [row for target in models.values() for row in _rows(target, today)]
    return len(Price.objects.bulk_create(rows, ignore_conflicts=True))


def _targets() -> Iterator[Target]:
    called = called_upstreams()
    names = {SIMULATED, *called, *(each for one in called for each in members_of(one))}
    for name in sorted(names):
        try:
            yield target_of(name)
        except (LookupError, ValueError):  # nothing is called there, or not as it is set up
            continue


def _rows(target: Target, today: date) -> Iterator[Price]:
    facts = read_catalogue().models.get(target.facts.name)
    if facts is None or facts.price is None:
        return
    geography = prefix_of(target.model_id)
    tiers = {"": 1.0, "flex": facts.price.flex_factor, "priority": facts.price.priority_factor}
    for tier, known in tiers.items():
        if known is not None:
            factor = facts.price.factor(geography=geography, tier=tier)
            yield _row(target.model_id, tier, facts.price, factor, today)


def _row(model: str, tier: str, listed: Listed, factor: float, today: date) -> Price:
    def figure(dollars: float) -> Decimal:
        return (Decimal(str(dollars)) * Decimal(str(factor))).quantize(EXACTLY)

    return Price(
        model=model,
        tier=tier,
        valid_from=today,
        currency=LISTED_IN,
        input=figure(listed.input),
        output=figure(listed.output),
        cache_read=figure(listed.input if listed.cache_read is None else listed.cache_read),
        cache_write=figure(listed.input if listed.cache_write is None else listed.cache_write),
        cache_write_1h=None if listed.cache_write_1h is None else figure(listed.cache_write_1h),
        to_be_checked=True,
    )
