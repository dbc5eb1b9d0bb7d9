"""Pools are ordered lists of upstreams; an upstream stands in one at most."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from limiter import services
from limiter.models import Pool, PoolMember, Upstream

from .conftest import BY


@pytest.fixture
def another(upstream: Upstream) -> Upstream:
    return services.create_upstream(name="another", values={}, **BY)


def members() -> list[str]:
    return list(PoolMember.objects.values_list("upstream", flat=True))


def test_the_order_is_the_one_given(upstream: Upstream, another: Upstream) -> None:
    services.set_pool(name="writing", members=["another", "tested"], **BY)
    assert members() == ["another", "tested"]
    services.set_pool(name="writing", members=["tested", "another"], changes={"wait_seconds": 300}, **BY)
    assert members() == ["tested", "another"]
    assert Pool.objects.get().wait_seconds == 300


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (["tested"], "at least two"),
        (["tested", "tested"], "each once"),
        (["tested", "unheard-of"], "no upstream 'unheard-of'"),
    ],
)
def test_a_pool_that_could_not_help_is_refused(upstream: Upstream, named: list[str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        services.set_pool(name="writing", members=named, **BY)
    assert not Pool.objects.exists()


def test_an_upstream_stands_in_one_pool(upstream: Upstream, another: Upstream) -> None:
    services.set_pool(name="writing", members=["tested", "another"], **BY)
    with pytest.raises(ValidationError, match="stands in the pool writing"):
        services.set_pool(name="reading", members=["another", "tested"], **BY)


@pytest.mark.parametrize("changes", [{"wait_seconds": 0}, {"line_share": 1.5}, {"line_share": float("nan")}])
def test_a_bound_that_means_nothing_is_refused_at_its_field(
    upstream: Upstream, another: Upstream, changes: dict[str, float]
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.set_pool(name="writing", members=["tested", "another"], changes=changes, **BY)
    assert list(refused.value.message_dict) == list(changes)


def test_a_pool_goes_and_its_upstreams_stay(upstream: Upstream, another: Upstream) -> None:
    services.set_pool(name="writing", members=["tested", "another"], **BY)
    services.remove_pool(name="writing", **BY)
    assert not members()
    assert Upstream.objects.filter(name__in=["tested", "another"]).count() == 2


def test_a_plan_allows_only_what_there_is(upstream: Upstream) -> None:
    services.create_plan(name="local", values={"allowed_upstreams": ["tested"]}, **BY)
    with pytest.raises(ValidationError, match="no upstream 'tsted'"):
        services.change_plan(plan="local", changes={"allowed_upstreams": ["tsted"]}, **BY)
