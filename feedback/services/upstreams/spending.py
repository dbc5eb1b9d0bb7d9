"""Money: what a run has cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_UP, Decimal
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from feedback.dispatch.upstreams import tier_of
from feedback.models import Charge, Job, Price, Reservation
from feedback.operations.observe.metrics import money
from feedback.providers.base import TokenUsage
from feedback.selectors.upstreams.spending import month_of, price_of
from feedback.services.work.transitions import Plus

MILLION = Decimal(1_000_000)
SMALLEST = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run."""

    amount: Decimal = Decimal(0)
    price: Price | None = None
    fields: dict[str, Any] = field(default_factory=dict)  # of the job's row
    measured: bool = True
    counts: bool = False  # the run was a call that is paid for, whether a price is known or not
    tier: str = ""


def cost_of(job: Job, usage: TokenUsage) -> Cost:
    """What a run has cost, and what its job's row is to say of it: by the tier that served it, or that was
    asked for where the provider does not say."""
    used = usage.input_tokens or usage.output_tokens or usage.cache_read_tokens or usage.cache_write_tokens
    if not (job.upstream and used):
        return Cost()
    if not job.max_tokens:  # its provider holds nothing and costs nothing
        return Cost(fields={"cost": Decimal(0)})
    tier = usage.tier or job.tier or tier_of(job.upstream)
    price = price_of(job.model, timezone.localdate(), tier)
    if price is None:
        return Cost(measured=usage.measured, counts=True, tier=tier)
    amount = amount_of(price, usage)
    fields = {"cost": Plus(amount), "price": price.pk}
    return Cost(amount, price, fields, measured=usage.measured, counts=True, tier=tier)


def amount_of(price: Price, usage: TokenUsage) -> Decimal:
    """Rounded up to the last place that is kept: nothing is ever for nothing."""
    for_an_hour = min(usage.cache_write_1h_tokens, usage.cache_write_tokens)
    hour_price = price.cache_write if price.cache_write_1h is None else price.cache_write_1h
    total = (
        usage.input_tokens * price.input
        + usage.output_tokens * price.output
        + usage.cache_read_tokens * price.cache_read
        + (usage.cache_write_tokens - for_an_hour) * price.cache_write
        + for_an_hour * hour_price
    )
    return (total / MILLION).quantize(SMALLEST, rounding=ROUND_UP)


def charge(job: Job, cost: Cost) -> None:
    """Count a paid run, enter its cost, and take that from what its document has reserved, without a lock."""
    if cost.counts:
        money.used(upstream=job.upstream, tier=cost.tier, measured=cost.measured)
    if cost.price is None:
        return
    reserved = Reservation.objects.filter(document=job.document_id)
    month = reserved.values_list("month", flat=True).first() or month_of(timezone.localdate())
    Charge.objects.create(
        month=month,
        job=job.pk,
        flow=job.flow,
        group=job.group,
        upstream=job.upstream,
        price=cost.price,
        amount=cost.amount,
        measured=cost.measured,
    )
    money.spent(upstream=job.upstream, currency=cost.price.currency, amount=cost.amount)
    reserved.update(amount=Greatest(F("amount") - cost.amount, Value(Decimal(0))))
