"""At the field, with a sentence; and by the database, should anybody go past the services."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from limiter import services
from limiter.models import FlowOverride, Plan, Upstream

from .conftest import BY

UPSTREAM: list[tuple[str, dict[str, Any]]] = [
    ("requests_per_minute", {"requests_per_minute": 0}),
    ("requests_per_minute", {"requests_per_minute": -5}),
    ("requests_per_minute", {"requests_per_minute": float("inf")}),
    ("requests_per_minute", {"requests_per_minute": float("nan")}),
    ("burst", {"burst": 0.5}),
    ("max_in_flight", {"max_in_flight": 0}),
    ("flow_in_flight", {"flow_in_flight": 0}),
    ("flow_in_flight", {"max_in_flight": 2, "flow_in_flight": 3}),
    ("line_bound", {"line_bound": 0}),
    ("lease_seconds", {"lease_seconds": 0.5}),
    ("breaker_mode", {"breaker_mode": "ajar"}),
    ("breaker_failures", {"breaker_failures": 0}),
    ("breaker_open_seconds", {"breaker_open_seconds": 0}),
    ("breaker_open_max_seconds", {"breaker_open_seconds": 60, "breaker_open_max_seconds": 30}),
    ("breaker_jitter", {"breaker_jitter": 1.5}),
    ("breaker_probes", {"breaker_probes": 0}),
    ("breaker_successes", {"breaker_successes": 0}),
    ("requests_algorithm", {"requests_algorithm": "roulette"}),
    ("requests_per_minute", {"requests_per_minute": 1.5, "requests_algorithm": "sliding_log"}),
    ("tokens_per_minute", {"tokens_per_minute": 0}),
    ("tokens_burst", {"tokens_per_minute": 100, "tokens_burst": 0}),
    ("tokens_burst", {"tokens_burst": 100}),
    ("tokens_algorithm", {"tokens_algorithm": "fixed_window"}),
    ("tokens_per_day", {"tokens_per_day": 0}),
    ("tokens_per_day", {"tokens_per_minute": 500, "tokens_burst": 500, "tokens_per_day": 400}),
    ("day_algorithm", {"day_algorithm": "adaptive"}),
    ("multiplier", {"multiplier": -1}),
    ("multiplier", {"multiplier": float("nan")}),
    ("burndown", {"burndown": 101}),
    ("refund", {"refund": "sometimes"}),
    ("refund", {"tokens_per_minute": 100, "tokens_algorithm": "sliding_log"}),
    ("refund", {"tokens_per_day": 100, "day_algorithm": "sliding_counter", "refund": "always"}),
    ("control_law", {"control_law": "murphy"}),
    ("control_floor", {"control_floor": 1.5}),
    ("control_floor", {"control_floor": 0}),
    ("control_ceiling", {"control_ceiling": 0.5}),
    ("control_raise_after", {"control_raise_after": 0}),
    ("control_raise_by", {"control_raise_by": 0}),
    ("control_lower_by", {"control_lower_by": 1}),
    ("control_period_seconds", {"control_period_seconds": 0}),
    ("control_recovery_seconds", {"control_recovery_seconds": float("inf")}),
    ("control_late_after", {"control_late_after": 1.0}),
    ("breaker_failure_rate", {"breaker_failure_rate": 1.2}),
    ("breaker_slow_rate", {"breaker_slow_rate": 0}),
    ("breaker_window", {"breaker_window": 0, "breaker_minimum_calls": 1, "breaker_window_seconds": True}),
    ("breaker_minimum_calls", {"breaker_minimum_calls": 0}),
    ("breaker_minimum_calls", {"breaker_minimum_calls": 101}),
    ("breaker_slow_first_token", {"breaker_slow_first_token": 0}),
    ("breaker_slow_per_token", {"breaker_slow_per_token": 0}),
    ("breaker_floor_throttles", {"requests_algorithm": "adaptive", "breaker_floor_throttles": 0}),
    ("breaker_floor_throttles", {"breaker_floor_throttles": 5}),
    ("backlog_bound", {"backlog_bound": 9_999}),
]
CAPS: list[tuple[str, dict[str, Any]]] = [
    ("max_in_flight", {"max_in_flight": 0}),
    ("in_line", {"in_line": 0}),
    ("requests_per_minute", {"requests_per_minute": 0}),
    ("burst", {"burst": 0}),
    ("tokens_per_day", {"tokens_per_day": 0}),
    ("requests_per_minute", {"requests_per_minute": 0.5, "requests_algorithm": "fixed_window"}),
    ("requests_algorithm", {"requests_algorithm": "adaptive"}),
    ("tokens_algorithm", {"tokens_algorithm": "adaptive"}),
]


@pytest.mark.parametrize(("field", "changes"), UPSTREAM)
def test_an_upstream_that_could_never_work_is_refused_at_its_field(
    upstream: Upstream, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.change_upstream(upstream="tested", changes=changes, **BY)
    assert list(refused.value.message_dict) == [field]
    assert refused.value.message_dict[field][0].endswith((".", "choice."))
    assert Upstream.objects.get(name="tested").version == 1


@pytest.mark.parametrize(("field", "changes"), UPSTREAM)
def test_the_database_refuses_it_too(upstream: Upstream, field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Upstream.objects.filter(name="tested").update(**changes)


@pytest.mark.parametrize(("field", "changes"), [*CAPS, ("weight", {"weight": 0})])
def test_a_plan_that_could_never_work_is_refused_at_its_field(
    upstream: Upstream, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.create_plan(name="none", values=changes, **BY)
    assert list(refused.value.message_dict) == [field]
    assert not Plan.objects.filter(name="none").exists()


@pytest.mark.parametrize(("field", "changes"), [*CAPS, ("weight_factor", {"weight_factor": -1})])
def test_an_override_that_could_never_work_is_refused_at_its_field(
    upstream: Upstream, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.set_flow_policy(flow="ada", changes=changes, **BY)
    assert list(refused.value.message_dict) == [field]
    assert not FlowOverride.objects.exists()


def test_a_word_where_a_number_belongs_is_refused_at_its_field(upstream: Upstream) -> None:
    with pytest.raises(ValidationError) as refused:
        services.change_upstream(upstream="tested", changes={"burst": "many"}, **BY)
    assert list(refused.value.message_dict) == ["burst"]


NO_NUMBERS: list[Any] = [math.nan, math.inf, -math.inf, -1, True, Decimal("NaN"), "nan", "inf", "many", [1]]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize("setting", ["burst", "max_in_flight"])
def test_what_is_no_number_is_refused_at_its_field(upstream: Upstream, setting: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        services.change_upstream(upstream="tested", changes={setting: value}, **BY)
    assert list(refused.value.message_dict) == [setting]
    with pytest.raises(ValidationError) as refused:
        services.create_plan(name="none", values={setting: value}, **BY)
    assert list(refused.value.message_dict) == [setting]
    with pytest.raises(ValidationError) as refused:
        services.set_group_weight(group="course:1", weight=value, **BY)
    assert list(refused.value.message_dict) == ["weight"]


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), "1.5"])
def test_a_fraction_of_a_call_is_refused_and_not_cut_off(upstream: Upstream, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        services.change_upstream(upstream="tested", changes={"max_in_flight": value}, **BY)
    assert list(refused.value.message_dict) == ["max_in_flight"]


@pytest.mark.parametrize("value", [3, 3.0, Decimal(3), "3"])
def test_a_whole_number_is_one_in_whatever_type(upstream: Upstream, value: Any) -> None:
    services.change_upstream(upstream="tested", changes={"max_in_flight": value, "burst": value}, **BY)
    row = Upstream.objects.get(name="tested")
    assert (row.max_in_flight, row.burst) == (3, 3.0)


def test_a_plan_that_does_not_exist_is_refused(upstream: Upstream) -> None:
    with pytest.raises(ValidationError) as refused:
        services.set_flow_policy(flow="ada", changes={"plan": "platinum"}, **BY)
    assert list(refused.value.message_dict) == ["plan"]


def test_an_upstream_of_the_same_name_is_refused(upstream: Upstream) -> None:
    with pytest.raises(ValidationError) as refused:
        services.create_upstream(name="tested", values={}, **BY)
    assert list(refused.value.message_dict) == ["name"]
