from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from limiter import selectors, services
from limiter.gate import BreakerMode, BreakerState, Reason, Ticket
from limiter.gate.memory import MemoryGate
from limiter.models import Upstream

from .conftest import BY


def change(upstream: Upstream, **changes: object) -> Upstream:
    return services.change_upstream(upstream=upstream.name, changes=changes, **BY)


def test_the_next_decision_uses_the_new_limit(upstream: Upstream, gate: MemoryGate) -> None:
    for number in range(4):
        gate.offer("tested", Ticket(f"job-{number}", "ada"))
    assert len(gate.admit("tested", 4).leases) == 2
    change(upstream, max_in_flight=3)
    assert len(gate.admit("tested", 4).leases) == 1


def test_every_version_is_kept_with_author_and_reason(upstream: Upstream) -> None:
    services.change_upstream(
        upstream="tested", changes={"burst": 7}, author="ada", reason="the quota was raised"
    )
    newest, oldest = selectors.config_versions("tested")
    assert (newest.version, newest.author, newest.reason, newest.body["burst"]) == (
        2, "ada", "the quota was raised", 7.0,
    )  # fmt: skip
    assert (oldest.version, oldest.body["burst"]) == (1, 1.0)


def test_a_change_that_changes_nothing_makes_no_version(upstream: Upstream) -> None:
    change(upstream, max_in_flight=2)
    assert Upstream.objects.get(name="tested").version == 1
    assert len(selectors.config_versions("tested")) == 1


def test_a_change_that_is_rolled_back_is_not_published(upstream: Upstream, gate: MemoryGate) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        change(upstream, max_in_flight=9)
        raise ZeroDivisionError
    assert gate.status("tested").version == 1


def test_a_change_without_a_reason_is_refused(upstream: Upstream) -> None:
    with pytest.raises(ValidationError, match="Say why"):
        services.change_upstream(upstream="tested", changes={"burst": 7}, author="ada", reason="")
    assert Upstream.objects.get(name="tested").burst == 1


def test_what_is_not_a_setting_is_refused(upstream: Upstream) -> None:
    for name in ("version", "name", "brust"):
        with pytest.raises(ValidationError, match=f"{name} is not a setting"):
            change(upstream, **{name: 5})


def test_an_earlier_version_comes_back_as_a_new_one(upstream: Upstream, gate: MemoryGate) -> None:
    change(upstream, max_in_flight=9, paused=True)
    services.restore_version(upstream="tested", version=1, **BY)
    row = Upstream.objects.get(name="tested")
    assert (row.version, row.max_in_flight, row.paused) == (3, 2, False)
    assert gate.status("tested").version == 3


def test_an_operator_can_force_the_breaker_open_and_let_it_go(upstream: Upstream, gate: MemoryGate) -> None:
    gate.offer("tested", Ticket("job", "ada"))
    services.force_breaker(upstream="tested", mode=BreakerMode.FORCED_OPEN, **BY)
    assert gate.admit("tested").reason is Reason.BREAKER_OPEN
    assert selectors.upstream_status("tested").live.breaker is BreakerState.OPEN
    services.force_breaker(upstream="tested", mode=BreakerMode.AUTO, **BY)
    assert [lease.job for lease in gate.admit("tested").leases] == ["job"]


def test_a_paused_upstream_admits_nothing(upstream: Upstream, gate: MemoryGate) -> None:
    gate.offer("tested", Ticket("job", "ada"))
    change(upstream, paused=True)
    assert gate.admit("tested").reason is Reason.PAUSED
