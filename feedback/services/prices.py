"""Prices that a release brings along: placeholders, for the models that upstreams call."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from feedback.models import Price
from feedback.providers.catalogue import Price as KnownPrice
from feedback.providers.catalogue import find, prefix_of, read_catalogue
from feedback.selectors.endpoints import Target
from feedback.selectors.spending import ANY_MODEL

CURRENCY = "USD"  # in which the catalogue reckons
TIERS = ("", "flex", "priority")
SMALLEST = Decimal("0.0001")


@transaction.atomic
def bring_price(target: Target) -> int:
    """Enter what the catalogue knows of the price of a model that is called; returns how many rows are new.

    Marked to be checked. Nothing where that id has a price already, its own or the one for any model, or the
    site reckons in another currency.
    """
    facts = find(target.model_id)
    known = facts.price if facts else None
    entered = Price.objects.filter(model__in=[target.model_id, ANY_MODEL])
    if known is None or settings.CURRENCY != CURRENCY or entered.exists():
        return 0
    return len(Price.objects.bulk_create(_rows(target.model_id, known), ignore_conflicts=True))


def _rows(model_id: str, known: KnownPrice) -> Iterator[Price]:
    factors = {"": 1.0, "flex": known.flex_factor, "priority": known.priority_factor}
    for tier in TIERS:
        if factors[tier] is None:
            continue
        factor = known.factor(geography=prefix_of(model_id), tier=tier or "default")
        cached = known.input if known.cache_read is None else known.cache_read
        yield Price(
            model=model_id,
            tier=tier,
            valid_from=read_catalogue().checked.replace(month=1, day=1),
            currency=CURRENCY,
            input=_times(known.input, factor),
            output=_times(known.output, factor),
            cache_read=_times(cached, factor),
            cache_write=_times(known.input if known.cache_write is None else known.cache_write, factor),
            cache_write_1h=None if known.cache_write_1h is None else _times(known.cache_write_1h, factor),
            to_be_checked=True,
        )


def _times(price: float, factor: float) -> Decimal:
    return (Decimal(str(price)) * Decimal(str(factor))).quantize(SMALLEST)
