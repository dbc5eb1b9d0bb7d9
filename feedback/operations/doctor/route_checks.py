"""Checks of the route of work: upstreams with a provider, pools, permissions to read work, and prices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from feedback.dispatch import upstreams as providers
from feedback.models import Assignment, Budget
from feedback.selectors.upstreams.spending import USUAL_TIER, price_of, view_of
from limiter.configuration.pools import members_of
from limiter.models import Plan, PoolMember, Upstream

from .model import Finding, fail, ok, warn

SHOWN = 3  # names in one sentence
FREE = ("offline", "simulated")  # upstreams that cost nothing
PRICE = "Enter its price in the admin (Prices)."

Naming = TypeVar("Naming", Plan, Assignment)  # what names the upstreams that it allows


def upstreams() -> Iterator[Finding]:
    """Each upstream of the database against what the settings can answer for."""
    rows = {row.name: row for row in Upstream.objects.all()}
    default = providers.default_upstream()
    if default not in rows:
        advice = "Make it in the admin (Upstreams), or set FEEDBACK_UPSTREAM to one that there is."
        yield fail("upstreams", f"People's work goes to {default}, and there is no such upstream.", advice)
    for row in rows.values():
        yield _answered(row)


def _answered(row: Upstream) -> Finding:
    if row.queue and row.queue not in settings.RQ_QUEUES:
        return fail(
            "upstreams",
            f"{row.name}: no worker of these settings listens to its queue {row.queue}.",
            f"Give it one of {', '.join(settings.LIMITER_QUEUES)}.",
        )
    if row.name not in settings.LIMITER_QUEUES:
        return warn(
            "upstreams",
            f"{row.name}: no provider answers behind it; a job that went there would fail.",
            f"Add {row.name}=region/model to BEDROCK_UPSTREAMS.",
        )
    return ok("upstreams", f"{row.name} is answered by {providers.provider_for(row.name).model}")


def pools() -> Iterator[Finding]:
    """The stand-ins for each upstream that may fail."""
    pools: dict[str, list[Upstream]] = {}
    for member in PoolMember.objects.select_related("upstream").order_by("pool", "position"):
        pools.setdefault(member.pool_id, []).append(member.upstream)
    if not pools:
        yield ok("pools", "There are none: in an outage the offline provider answers, provisionally.")
    for name, members in pools.items():
        yield _pool(name, members)


def _pool(name: str, members: Sequence[Upstream]) -> Finding:
    paused = [each.name for each in members if each.paused or each.is_held]
    strangers = [each.name for each in members if each.name not in settings.LIMITER_QUEUES]
    if strangers:
        found = f"{name}: nothing answers behind {_named(strangers)}, and work is moved there."
        return fail("pools", found, "Configure it (BEDROCK_UPSTREAMS), or take it out of the pool.")
    if paused:
        found = f"{name}: {_named(paused)} is paused and stands in for nobody."
        return warn("pools", found, f'manage.py limiter resume {paused[0]} --reason "..."')
    if len(members) == 1:
        found = f"{name} has {members[0]} alone: nothing stands in for it."
        return warn("pools", found, "Add another region or model, or remove the pool.")
    return ok("pools", f"{name}: {', '.join(each.name for each in members)}, in this order")


def permissions() -> Iterator[Finding]:
    """Assignments and plans that name upstreams, against those that people's work can reach."""
    reached = members_of(providers.default_upstream())
    shut = [
        *(f"the plan {plan}" for plan in _without_a_way(Plan.objects.all(), reached)),
        *(f"“{each}” in {each.course}" for each in _without_a_way(_open_assignments(), reached)),
    ]
    if shut:
        found = f"Nothing can be handed in under {_named(shut)}: no upstream that it allows is reached."
        yield fail("permissions", found, f"Allow one of {', '.join(reached)}, or put its own in their pool.")
    else:
        yield ok("permissions", "every plan and every open assignment allows an upstream that is reached")


def _without_a_way(rows: Iterable[Naming], reached: Sequence[str]) -> Iterator[Naming]:
    """One that names no upstream allows any."""
    return (row for row in rows if row.allowed_upstreams and set(reached).isdisjoint(row.allowed_upstreams))


def _open_assignments() -> Iterable[Assignment]:
    still = Q(deadline=None) | Q(deadline__gt=timezone.now())
    return Assignment.objects.filter(still, course__archived_at=None).select_related("course")


def prices() -> Iterator[Finding]:
    """What the models cost that read people's work. Without a price a budget bounds nothing."""
    for upstream in members_of(providers.default_upstream()):
        if upstream in settings.LIMITER_QUEUES and upstream not in FREE:
            model = providers.provider_for(upstream).model
            yield _price(upstream, model)
            yield from _tiers_without_price(upstream, model)


def _price(upstream: str, model: str) -> Finding:
    price, budgets = price_of(model, timezone.localdate()), Budget.objects.count()
    if price is None and budgets:
        found = f"{upstream}: {model} has no price, so {budgets} budgets bound nothing."
        return fail("prices", found, PRICE)
    if price is None:
        return warn("prices", f"{upstream}: {model} has no price: what is spent is not known.", PRICE)
    if price.to_be_checked:
        found = f"{upstream}: the price of {model} is a placeholder that came with the product."
        return warn("prices", found, "Compare it with the provider's list, and take its mark away.")
    if price.currency != settings.CURRENCY:
        found = (
            f"{upstream}: {model} is priced in {price.currency}, and the site reckons in {settings.CURRENCY}"
        )
        return fail("prices", found, PRICE)
    return ok("prices", f"{upstream}: {model} has a price from {price.valid_from} on")


def _tiers_without_price(upstream: str, model: str) -> Iterator[Finding]:
    """Tiers that work asks for and that are reckoned at the usual price, which is not theirs."""
    today = timezone.localdate()
    usual = price_of(model, today)
    asked = [tier for tier in (providers.tier_of(upstream), *providers.tiers_of(upstream)) if tier]
    for tier in dict.fromkeys(asked):
        price = price_of(model, today, tier)
        if tier != USUAL_TIER and usual is not None and (price is None or price.tier != tier):
            found = f"{upstream}: {model} has no price of the tier {tier}: it is reckoned at the usual one."
            yield warn("prices", found, f"Enter it in the admin (Prices), with {tier} as its tier.")


def budgets() -> Iterator[Finding]:
    """The owners of budgets that are used up this month: new work on their account is not accepted."""
    views = [(budget, view_of(budget)) for budget in Budget.objects.select_related("course", "user")]
    spent = [
        str(budget.course or budget.user or f"the upstream {budget.upstream_id}")
        for budget, view in views
        if view.is_used_up
    ]
    if spent:
        found = f"Nothing is left this month for {_named(spent)}: what it would pay for is refused."
        yield warn("budgets", found, "Raise the budget in the admin (Budgets), or tell them.")
    else:
        yield ok(
            "budgets", f"{len(views)} budgets, none is used up" if views else "nobody's money is bounded"
        )


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
