"""Plan and override taken together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from limiter.configuration.policies import FlowLimits, resolve
from limiter.models import FlowOverride, Plan

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STANDARD = Plan(name="standard", weight=1, max_in_flight=2, in_line=50, version=3)
LARGE = Plan(name="large", weight=4, max_in_flight=8, version=5)


def test_without_an_override_the_default_plan_holds() -> None:
    limits = resolve(None, STANDARD, NOW)
    assert (limits.plan, limits.weight, limits.max_in_flight, limits.in_line) == ("standard", 1, 2, 50)


def test_without_any_plan_nothing_is_limited() -> None:
    assert resolve(None, None, NOW) == FlowLimits()


def test_an_override_chooses_the_plan_and_multiplies_its_weight() -> None:
    limits = resolve(FlowOverride(flow="ada", plan=LARGE, weight_factor=0.5, version=7), STANDARD, NOW)
    assert (limits.plan, limits.weight, limits.max_in_flight, limits.in_line) == ("large", 2, 8, None)


def test_an_own_cap_stands_before_the_plans() -> None:
    limits = resolve(FlowOverride(flow="ada", max_in_flight=1, version=7), STANDARD, NOW)
    assert (limits.max_in_flight, limits.in_line) == (1, 50)


def test_a_suspended_flow_may_have_no_call() -> None:
    policy = resolve(FlowOverride(flow="ada", suspended=True, version=7), STANDARD, NOW).policy()
    assert policy.max_in_flight == 0


def test_what_follows_an_exception_is_newer_than_it_and_older_than_the_next_change() -> None:
    override = FlowOverride(flow="ada", suspended=True, version=7, expires_at=NOW)
    before = resolve(override, STANDARD, NOW - timedelta(seconds=1))
    after = resolve(override, STANDARD, NOW)
    override.version = 8
    override.expires_at = NOW + timedelta(hours=1)
    renewed = resolve(override, STANDARD, NOW)
    assert (before.suspended, after.suspended, renewed.suspended) == (True, False, True)
    assert before.version < after.version < renewed.version


def test_any_change_of_plan_or_override_makes_a_newer_version() -> None:
    override = FlowOverride(flow="ada", plan=LARGE, version=7)
    first = resolve(override, STANDARD, NOW).version
    changed_plan = Plan(name="large", version=9)
    override.plan = changed_plan
    assert resolve(override, STANDARD, NOW).version > first
