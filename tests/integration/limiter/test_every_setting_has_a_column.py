"""All that a gate can be configured with, an operator can set: each field of a configuration has a column."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from limiter import services
from limiter.configuration.policies import resolve_policy
from limiter.gate.model import BreakerConfig, ControlConfig, FlowPolicy, UpstreamConfig
from limiter.models import Upstream

from .conftest import BY

# Every setting, away from its default.
OTHERS: dict[str, Any] = {
    "paused": True,
    "requests_per_minute": 30.0,
    "burst": 7.0,
    "requests_algorithm": "adaptive",
    "tokens_per_minute": 400_000,
    "tokens_burst": 300_000,
    "tokens_algorithm": "leaky_bucket",
    "tokens_per_day": 9_000_000,
    "day_algorithm": "token_bucket",
    "multiplier": 2.0,
    "follow_multiplier": True,
    "burndown": 5.0,
    "refund": "always",
    "max_in_flight": 90,
    "flow_in_flight": 9,
    "lease_seconds": 20.0,
    "control_law": "aimd",
    "control_floor": 0.2,
    "control_ceiling": 3.0,
    "control_raise_after": 50,
    "control_raise_by": 0.2,
    "control_lower_by": 0.3,
    "control_period_seconds": 5.0,
    "control_recovery_seconds": 90.0,
    "control_late_after": 4.0,
    "breaker_mode": "observe",
    "breaker_failures": 4,
    "breaker_failure_rate": 0.5,
    "breaker_slow_rate": 0.6,
    "breaker_window": 50,
    "breaker_window_seconds": True,
    "breaker_minimum_calls": 10,
    "breaker_slow_first_token": 30.0,
    "breaker_slow_per_token": 0.25,
    "breaker_floor_throttles": 6,
    "breaker_heal_on_accepted": False,
    "breaker_open_seconds": 30.0,
    "breaker_open_max_seconds": 300.0,
    "breaker_jitter": 0.2,
    "breaker_probes": 2,
    "breaker_successes": 3,
}
PERSONAL: dict[str, Any] = {
    "max_in_flight": 3,
    "requests_per_minute": 5.0,
    "burst": 4.0,
    "requests_algorithm": "leaky_bucket",
    "tokens_per_day": 100_000,
    "tokens_algorithm": "token_bucket",
}


def same(policy: Any, usual: Any, but_for: set[str]) -> set[str]:
    return {f.name for f in fields(policy) if getattr(policy, f.name) == getattr(usual, f.name)} - but_for


def test_of_an_upstream(upstream: Upstream) -> None:
    row = services.change_upstream(upstream="tested", changes=OTHERS, **BY)
    config = row.config()
    assert not same(config, UpstreamConfig("tested", 0), {"name"})
    assert not same(config.control, ControlConfig(), set())
    assert not same(config.breaker, BreakerConfig(), set())
    assert config.control.floor == 0.2
    assert config.breaker.slow_rate == 0.6


def test_of_a_flow(upstream: Upstream) -> None:
    services.create_plan(name="fast", values={**PERSONAL, "weight": 2}, **BY)
    services.set_flow_policy(flow="ada", changes={"plan": "fast", "suspended": True}, **BY)
    assert not same(resolve_policy("ada"), FlowPolicy(version=0), set())


def test_an_override_goes_before_its_plan_setting_by_setting(upstream: Upstream) -> None:
    services.create_plan(name="fast", values=PERSONAL, **BY)
    services.set_flow_policy(flow="ada", changes={"plan": "fast", "burst": 9}, **BY)
    policy = resolve_policy("ada")
    assert (policy.burst, policy.requests_per_minute, policy.requests_algorithm) == (9, 5, "leaky_bucket")
