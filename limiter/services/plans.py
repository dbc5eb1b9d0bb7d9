from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from limiter.base.database_time import database_now
from limiter.configuration.policies import (
    CAPS,
    install_flows,
    install_groups,
    install_on_commit,
    install_plan,
    next_policy_version,
)
from limiter.gates import get_gate
from limiter.models import FlowOverride, GroupWeight, Plan, Upstream

from .writing import assign, key_of, report_change, report_removal, require, sign

PLAN_SETTINGS = (*CAPS, "weight", "is_default", "allowed_upstreams")
FLOW_SETTINGS = (*CAPS, "plan", "weight_factor", "suspended", "expires_at")
GROUP_SETTINGS = ("weight", "in_line")


@transaction.atomic
def create_plan(*, name: str, values: Mapping[str, Any], author: str, reason: str) -> Plan:
    """Make a plan. A new default takes the place of the one before."""
    return _save_plan(Plan(name=name), values, author=author, reason=reason)


@transaction.atomic
def change_plan(*, plan: str, changes: Mapping[str, Any], author: str, reason: str) -> Plan:
    """Change a plan, and with it the policy of every flow that has it."""
    return _save_plan(Plan.objects.select_for_update().get(name=plan), changes, author=author, reason=reason)


@transaction.atomic
def delete_plan(*, plan: str, author: str, reason: str) -> None:
    """Delete a plan that nothing has. Raises ValidationError with what has it."""
    require(author=author, reason=reason)
    row = Plan.objects.select_for_update().get(name=plan)
    if uses := uses_of_plan(row):
        raise ValidationError(f"{plan} is in use: {uses[0]}.")
    report_removal(row, author=author, reason=reason)
    row.delete()


def uses_of_plan(plan: Plan) -> list[str]:
    """What stands in the way of deleting a plan, as sentences without their end."""
    having = {
        each.related_model: each.related_model._default_manager.filter(**{each.field.name: plan}).count()
        for each in Plan._meta.related_objects
    }
    default = ["it is the default plan"] if plan.is_default else []
    return [*default, *(f"{kind._meta.verbose_name_plural} have it ({n})" for kind, n in having.items() if n)]


@transaction.atomic
def set_flow_policy(*, flow: str, changes: Mapping[str, Any], author: str, reason: str) -> FlowOverride:
    """Say what differs for one flow: its plan (by name), weight_factor, caps, suspended, expires_at.

    What is not named stays as it was; None takes an exception away.
    """
    row = FlowOverride.objects.select_for_update().filter(flow=flow).first() or FlowOverride(flow=flow)
    changes = {**_forgotten(row, changes), **changes}
    changes = {("plan_id" if name == "plan" else name): key_of(value) for name, value in changes.items()}
    allowed = tuple("plan_id" if name == "plan" else name for name in FLOW_SETTINGS)
    if assign(row, changes, allowed) or row._state.adding:
        sign(row, author=author, reason=reason)
        row.version = next_policy_version()
        row.full_clean()
        report_change(row, author=author, reason=reason)
        row.save()
        install_on_commit(partial(install_flows, [flow]))
    return row


def _forgotten(row: FlowOverride, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A new exception must hold, and those that are over must not come back with it."""
    is_over = row.expires_at is not None and row.expires_at <= database_now()
    if not is_over or "expires_at" in changes or not set(changes) & {*CAPS, "suspended"}:
        return {}
    empty = FlowOverride()
    return {name: getattr(empty, name) for name in (*CAPS, "suspended", "expires_at")}


@transaction.atomic
def forget_flow(*, flow: str, author: str, reason: str) -> bool:
    """Take away all that differs for a flow that is no more. False: nothing did."""
    require(author=author, reason=reason)
    row = FlowOverride.objects.select_for_update().filter(flow=flow).first()
    if row is None:
        return False
    report_removal(row, author=author, reason=reason)
    row.delete()
    install_on_commit(partial(install_flows, [flow]))
    return True


@transaction.atomic
def set_group_policy(*, group: str, changes: Mapping[str, Any], author: str, reason: str) -> GroupWeight:
    """Set a group's share against the other groups (weight), and how much of it may wait (in_line)."""
    row = GroupWeight.objects.select_for_update().filter(group=group).first() or GroupWeight(group=group)
    if assign(row, changes, GROUP_SETTINGS) or row._state.adding:
        sign(row, author=author, reason=reason)
        row.version += 1
        row.full_clean()
        report_change(row, author=author, reason=reason)
        row.save()
        install_on_commit(install_groups)
    return row


@transaction.atomic
def forget_group(*, group: str, author: str, reason: str) -> bool:
    """Take away all that is said of a group: it weighs 1 again. False: nothing was.

    Raises GateError where the gate can't be reached: nothing would take the weight from it later.
    """
    require(author=author, reason=reason)
    row = GroupWeight.objects.select_for_update().filter(group=group).first()
    if row is None:
        return False
    report_removal(row, author=author, reason=reason)
    row.delete()
    for upstream in Upstream.objects.values_list("name", flat=True):
        get_gate().set_policies(upstream, flows={}, groups={group: GroupWeight().weight})
    return True


def set_group_weight(*, group: str, weight: float, author: str, reason: str) -> GroupWeight:
    """Set a group's share against the other groups, 0.001 to 1,000; one of which nothing is said has 1."""
    return set_group_policy(group=group, changes={"weight": weight}, author=author, reason=reason)


def _save_plan(plan: Plan, changes: Mapping[str, Any], *, author: str, reason: str) -> Plan:
    if not assign(plan, changes, PLAN_SETTINGS) and not plan._state.adding:
        return plan
    sign(plan, author=author, reason=reason)
    plan.version = next_policy_version()
    if plan.is_default:
        # The others keep their versions: the new default's is newer than theirs.
        Plan.objects.exclude(name=plan.name).filter(is_default=True).update(is_default=False)
    plan.full_clean()
    report_change(plan, author=author, reason=reason)
    plan.save()
    install_on_commit(partial(install_plan, plan.name))
    return plan
