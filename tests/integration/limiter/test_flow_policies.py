from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from limiter import selectors, services
from limiter.configuration.policies import (
    ensure_policy,
    next_policy_version,
    reconcile_policies,
    resolve_policy,
)
from limiter.configuration.publication import reconcile_configuration
from limiter.gate import Ticket
from limiter.gate.memory import MemoryGate
from limiter.models import FlowOverride, Plan, Upstream

from .conftest import BY


@pytest.fixture
def waiting(upstream: Upstream, gate: MemoryGate) -> MemoryGate:
    """Ada and Bob wait with three jobs each."""
    services.change_upstream(upstream="tested", changes={"max_in_flight": None}, **BY)
    for number in range(3):
        for flow in ("ada", "bob"):
            gate.offer("tested", Ticket(f"{flow}-{number}", flow))
    return gate


def admitted(gate: MemoryGate) -> list[str]:
    return sorted(lease.flow for lease in gate.admit("tested", 10).leases)


def test_an_override_acts_at_the_next_decision(waiting: MemoryGate) -> None:
    services.set_flow_policy(flow="ada", changes={"max_in_flight": 1}, **BY)
    assert admitted(waiting) == ["ada", "bob", "bob", "bob"]


def test_a_suspended_flow_is_passed_over_until_it_is_let_go(waiting: MemoryGate) -> None:
    services.set_flow_policy(flow="ada", changes={"suspended": True}, **BY)
    assert admitted(waiting) == ["bob"] * 3
    services.set_flow_policy(flow="ada", changes={"suspended": False}, **BY)
    assert admitted(waiting) == ["ada"] * 3


def test_a_changed_plan_changes_all_its_flows(waiting: MemoryGate) -> None:
    services.create_plan(name="small", values={"max_in_flight": 2}, **BY)
    for flow in ("ada", "bob"):
        services.set_flow_policy(flow=flow, changes={"plan": "small"}, **BY)
    services.change_plan(plan="small", changes={"max_in_flight": 1, "weight": 2}, **BY)
    assert waiting.status("tested").flows["ada"].weight == 2
    assert admitted(waiting) == ["ada", "bob"]


def test_flows_without_a_row_have_the_default_plan(waiting: MemoryGate) -> None:
    services.create_plan(name="usual", values={"is_default": True, "max_in_flight": 1}, **BY)
    assert admitted(waiting) == ["ada", "bob"]
    services.change_plan(plan="usual", changes={"max_in_flight": 2}, **BY)
    assert admitted(waiting) == ["ada", "bob"]


def test_there_is_one_default_plan(waiting: MemoryGate) -> None:
    services.create_plan(name="first", values={"is_default": True}, **BY)
    services.create_plan(name="second", values={"is_default": True, "max_in_flight": 1}, **BY)
    assert list(Plan.objects.filter(is_default=True).values_list("name", flat=True)) == ["second"]
    assert admitted(waiting) == ["ada", "bob"]


def test_a_policy_is_ensured_before_an_offer(upstream: Upstream, gate: MemoryGate) -> None:
    FlowOverride.objects.create(flow="ada", max_in_flight=1, version=next_policy_version())
    ensure_policy("tested", "ada")
    for number in range(2):
        gate.offer("tested", Ticket(f"job-{number}", "ada"))
    assert admitted(gate) == ["ada"]


def test_an_exception_ends_by_itself_and_the_plan_stands(waiting: MemoryGate) -> None:
    services.create_plan(name="double", values={"weight": 2}, **BY)
    soon = timezone.now() + timedelta(hours=1)
    services.set_flow_policy(
        flow="ada", changes={"plan": "double", "suspended": True, "expires_at": soon}, **BY
    )
    assert admitted(waiting) == ["bob"] * 3
    FlowOverride.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    reconcile_policies()
    assert admitted(waiting) == ["ada"] * 3
    limits = selectors.flow_limits("ada")
    assert (limits.plan, limits.weight, limits.suspended) == ("double", 2.0, False)


def test_moving_a_flow_to_an_older_plan_takes_effect(waiting: MemoryGate) -> None:
    services.create_plan(name="old", values={"max_in_flight": 1}, **BY)
    services.create_plan(name="new", values={}, **BY)
    services.set_flow_policy(flow="ada", changes={"plan": "new"}, **BY)
    services.set_flow_policy(flow="ada", changes={"plan": "old"}, **BY)
    assert admitted(waiting) == ["ada", "bob", "bob", "bob"]


def test_weights_of_groups_reach_the_gate(upstream: Upstream, gate: MemoryGate) -> None:
    services.set_group_weight(group="course:1", weight=3, **BY)
    services.change_upstream(upstream="tested", changes={"max_in_flight": None}, **BY)
    for number in range(40):
        for group in ("course:1", "course:2"):
            gate.offer("tested", Ticket(f"{group}-{number}", f"student of {group}", group))
    groups = [lease.group for lease in gate.admit("tested", 40).leases]
    assert abs(groups.count("course:1") - 30) <= 1


def test_a_policy_changed_while_another_is_being_changed_waits_its_turn(upstream: Upstream) -> None:
    """Numbers are in the order of commits: or an older policy could carry the higher number."""
    second: list[int] = []

    def take() -> None:
        with transaction.atomic():
            second.append(next_policy_version())
        connection.close()

    with transaction.atomic():
        first = next_policy_version()
        other = Thread(target=take)
        other.start()
        other.join(0.3)
        assert not second
    other.join(30)
    assert second == [first + 1]


def test_changes_while_the_gate_was_away_are_installed_by_the_next_pass(waiting: MemoryGate) -> None:
    FlowOverride.objects.create(flow="ada", suspended=True, version=next_policy_version())
    reconcile_configuration()
    assert admitted(waiting) == ["bob"] * 3


def test_an_unknown_flow_may_do_what_the_upstream_allows(upstream: Upstream) -> None:
    Plan.objects.all().delete()
    policy = resolve_policy("stranger")
    assert (policy.weight, policy.max_in_flight) == (1.0, None)
