"""The verbs that change what the limiter enforces. Each commits, then publishes; each says who and why.

All raise ValidationError with a sentence at the field that is wrong, and DoesNotExist for an unknown name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models, transaction

from .gate import BreakerMode, BreakerState, Lease, Outcome, Settlement
from .models import BreakerTransition, FlowOverride, GroupWeight, Plan, Upstream
from .policies import (
    CAPS,
    install_flows,
    install_groups,
    install_on_commit,
    install_plan,
    next_policy_version,
)
from .publication import SETTINGS, keep_version, publish_on_commit

PLAN_SETTINGS = (*CAPS, "weight", "is_default")
FLOW_SETTINGS = (*CAPS, "plan", "weight_factor", "suspended", "expires_at")


# Upstreams ------------------------------------------------------------------------------------


@transaction.atomic
def create_upstream(*, name: str, values: Mapping[str, Any], author: str, reason: str) -> Upstream:
    """Make an upstream with its first version."""
    _require(author=author, reason=reason)
    upstream = Upstream(name=name)
    _assign(upstream, values, SETTINGS)
    upstream.full_clean()
    upstream.save(force_insert=True)
    keep_version(upstream, author=author, reason=reason)
    publish_on_commit(name)
    return upstream


@transaction.atomic
def change_upstream(*, upstream: str, changes: Mapping[str, Any], author: str, reason: str) -> Upstream:
    """Make a new version with these settings; the next decision of every worker uses it.

    Changes that change nothing make no version.
    """
    _require(author=author, reason=reason)
    row = Upstream.objects.select_for_update().get(name=upstream)
    if not _assign(row, changes, SETTINGS):
        return row
    row.version += 1
    row.full_clean()
    row.save()
    keep_version(row, author=author, reason=reason)
    publish_on_commit(upstream)
    return row


def force_breaker(*, upstream: str, mode: BreakerMode, author: str, reason: str) -> Upstream:
    """Let an operator decide in place of the outcomes, or (BreakerMode.AUTO) no longer."""
    return change_upstream(
        upstream=upstream, changes={"breaker_mode": mode.value}, author=author, reason=reason
    )


def restore_version(*, upstream: str, version: int, author: str, reason: str) -> Upstream:
    """Go back to an earlier version's settings. The history goes forward: this makes a new version."""
    row = Upstream.objects.get(name=upstream)
    body: dict[str, Any] = row.versions.get(version=version).body
    known = {name: value for name, value in body.items() if name in SETTINGS}
    return change_upstream(upstream=upstream, changes=known, author=author, reason=reason)


def record_breaker(*, lease: Lease, outcome: Outcome, settlement: Settlement) -> bool:
    """Keep the move of a breaker that a settlement caused. False: it caused none, or it is kept already.

    Called by whoever settles. An outcome moves only the generation that it was admitted in, so the
    move's own generation is the next one.
    """
    if not (settlement.tripped or settlement.healed):
        return False
    before = BreakerState.HALF_OPEN if lease.probe else BreakerState.CLOSED
    why = "A probe" if lease.probe else "The last of too many calls in a row"
    move = BreakerTransition(
        upstream_id=lease.upstream,
        from_state=before.value,
        to_state=settlement.breaker.value,
        epoch=lease.epoch,
        generation=lease.generation + 1,
        reason=f"{why} ended in {outcome.value}.",
    )
    move.clean_fields(exclude=["upstream"])
    BreakerTransition.objects.bulk_create([move], ignore_conflicts=True)
    return BreakerTransition.objects.filter(pk=move.pk).exists()


# Plans, flows and groups ----------------------------------------------------------------------


@transaction.atomic
def create_plan(*, name: str, values: Mapping[str, Any], author: str, reason: str) -> Plan:
    """Make a plan. A new default takes the place of the one before."""
    return _save_plan(Plan(name=name), values, author=author, reason=reason)


@transaction.atomic
def change_plan(*, plan: str, changes: Mapping[str, Any], author: str, reason: str) -> Plan:
    """Change a plan, and with it the policy of every flow that has it."""
    return _save_plan(Plan.objects.select_for_update().get(name=plan), changes, author=author, reason=reason)


@transaction.atomic
def set_flow_policy(*, flow: str, changes: Mapping[str, Any], author: str, reason: str) -> FlowOverride:
    """Say what differs for one flow: its plan (by name), weight_factor, caps, suspended, expires_at.

    What is not named stays as it was; None takes an exception away.
    """
    row = FlowOverride.objects.select_for_update().filter(flow=flow).first() or FlowOverride(flow=flow)
    changes = {("plan_id" if name == "plan" else name): _key(value) for name, value in changes.items()}
    allowed = tuple("plan_id" if name == "plan" else name for name in FLOW_SETTINGS)
    if _assign(row, changes, allowed) or row._state.adding:
        _sign(row, author=author, reason=reason)
        row.version = next_policy_version()
        row.full_clean()
        row.save()
        install_on_commit(partial(install_flows, [flow]))
    return row


@transaction.atomic
def set_group_weight(*, group: str, weight: float, author: str, reason: str) -> GroupWeight:
    """Set a group's share against the other groups."""
    row = GroupWeight.objects.select_for_update().filter(group=group).first() or GroupWeight(group=group)
    row.weight = weight
    _sign(row, author=author, reason=reason)
    row.full_clean()
    row.save()
    install_on_commit(install_groups)
    return row


def _save_plan(plan: Plan, changes: Mapping[str, Any], *, author: str, reason: str) -> Plan:
    if not _assign(plan, changes, PLAN_SETTINGS) and not plan._state.adding:
        return plan
    _sign(plan, author=author, reason=reason)
    plan.version = next_policy_version()
    if plan.is_default:
        # The others keep their versions: the new default's is newer than theirs.
        Plan.objects.exclude(name=plan.name).filter(is_default=True).update(is_default=False)
    plan.full_clean()
    plan.save()
    install_on_commit(partial(install_plan, plan.name))
    return plan


# What they have in common ---------------------------------------------------------------------


def _assign(row: models.Model, values: Mapping[str, Any], allowed: tuple[str, ...]) -> bool:
    """Put values on a row, each as its field reads it, and say whether anything is different now."""
    if unknown := sorted(set(values) - set(allowed)):
        raise ValidationError(f"{unknown[0]} is not a setting of a {row._meta.verbose_name}.")
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        field = cast("models.Field[Any, Any]", row._meta.get_field(name.removesuffix("_id")))
        try:
            setattr(row, name, field.to_python(value))
        except ValidationError as error:
            raise ValidationError({field.name: error.messages}) from None
    return any(getattr(row, name) != before[name] for name in values)


def _key(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _sign(row: Plan | FlowOverride | GroupWeight, *, author: str, reason: str) -> None:
    _require(author=author, reason=reason)
    row.author, row.reason = author, reason


def _require(**said: str) -> None:
    """Refuse a change of which nobody says who makes it and why."""
    sentences = {"author": "Say who makes this change.", "reason": "Say why this is changed."}
    if missing := {name: sentences[name] for name, words in said.items() if not words.strip()}:
        raise ValidationError(missing)
