"""At the field, with a sentence; and by the database, should anybody go past the services."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from limiter import services
from limiter.models import FlowOverride, Plan, Upstream

from .conftest import WHO

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
]
CAPS: list[tuple[str, dict[str, Any]]] = [
    ("max_in_flight", {"max_in_flight": 0}),
    ("in_line", {"in_line": 0}),
    ("requests_per_minute", {"requests_per_minute": 0}),
    ("burst", {"burst": 0}),
    ("tokens_per_day", {"tokens_per_day": 0}),
]


@pytest.mark.parametrize(("field", "changes"), UPSTREAM)
def test_an_upstream_that_could_never_work_is_refused_at_its_field(
    upstream: Upstream, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.change_upstream(upstream="tested", changes=changes, **WHO)
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
        services.create_plan(name="none", values=changes, **WHO)
    assert list(refused.value.message_dict) == [field]
    assert not Plan.objects.filter(name="none").exists()


@pytest.mark.parametrize(("field", "changes"), [*CAPS, ("weight_factor", {"weight_factor": -1})])
def test_an_override_that_could_never_work_is_refused_at_its_field(
    upstream: Upstream, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.set_flow_policy(flow="ada", changes=changes, **WHO)
    assert list(refused.value.message_dict) == [field]
    assert not FlowOverride.objects.exists()


def test_a_word_where_a_number_belongs_is_refused_at_its_field(upstream: Upstream) -> None:
    with pytest.raises(ValidationError) as refused:
        services.change_upstream(upstream="tested", changes={"burst": "many"}, **WHO)
    assert list(refused.value.message_dict) == ["burst"]


def test_a_plan_that_does_not_exist_is_refused(upstream: Upstream) -> None:
    with pytest.raises(ValidationError) as refused:
        services.set_flow_policy(flow="ada", changes={"plan": "platinum"}, **WHO)
    assert list(refused.value.message_dict) == ["plan"]


def test_an_upstream_of_the_same_name_is_refused(upstream: Upstream) -> None:
    with pytest.raises(ValidationError) as refused:
        services.create_upstream(name="tested", values={}, **WHO)
    assert list(refused.value.message_dict) == ["name"]
