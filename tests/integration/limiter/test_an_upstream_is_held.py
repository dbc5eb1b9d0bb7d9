"""An upstream is held by itself when its provider refuses the account, tried, and let go."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils import timezone

from limiter import selectors, services
from limiter.configuration import pools
from limiter.configuration.history import config_diff
from limiter.configuration.publication import reconcile_configuration
from limiter.gate import Outcome, Reason, Ticket
from limiter.gate.memory import MemoryGate
from limiter.models import ConfigVersion, Upstream
from limiter.operations import watch

from .conftest import BY

pytestmark = pytest.mark.django_db(transaction=True)


def now_is() -> Upstream:
    return Upstream.objects.get(name="tested")


def refused(generation: int = 0) -> bool:
    return services.hold(
        upstream="tested", cause="credentials_expired", reason="the token has expired", generation=generation
    )


def began() -> int:
    """The generation of a call that begins now."""
    state = selectors.hold_state_of("tested")
    assert state is not None
    return state.generation


def make_it_due() -> None:
    past = timezone.now() - timedelta(seconds=1)
    Upstream.objects.filter(name="tested").update(held_since=past - timedelta(hours=1), held_until=past)


def place_now(allowed: set[str] | None = None) -> str:
    """Where new work goes, looked at anew."""
    pools.forget_views()
    return pools.place("tested", allowed)


def offer(gate: MemoryGate, count: int = 3) -> None:
    for number in range(count):
        gate.offer("tested", Ticket(f"job-{number}", "ada"))


def test_nothing_is_admitted_while_it_is_held(upstream: Upstream, gate: MemoryGate) -> None:
    offer(gate)
    assert refused()
    assert gate.admit("tested", 3).reason is Reason.PAUSED
    assert (now_is().held_cause, now_is().holds, now_is().paused) == ("credentials_expired", 1, False)
    assert selectors.is_held("tested")
    assert selectors.is_open("tested"), "students get provisional feedback"


def test_forty_refusals_at_once_make_one_hold_one_entry_and_one_version(upstream: Upstream) -> None:
    moved: list[bool] = []
    begun: list[bool] = []
    start = threading.Barrier(8)

    def refuse() -> None:
        start.wait()
        try:
            begun.extend(refused() for _ in range(5))
        finally:
            connection.close()

    heard: list[tuple[str, bool]] = []
    listen = lambda name, held: heard.append((name, held))  # noqa: E731
    watch.add_holder(listen)
    try:
        threads = [threading.Thread(target=refuse) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        watch._holders.remove(listen)
    moved = [each for each in begun if each]
    assert (len(begun), len(moved)) == (40, 1)
    assert heard == [("tested", True)]
    assert now_is().version == upstream.version + 1
    entries = ConfigVersion.objects.filter(upstream="tested", author="system")
    assert [entry.reason for entry in entries] == ["the token has expired"]


def test_on_trial_one_call_at_a_time_goes_through(upstream: Upstream, gate: MemoryGate) -> None:
    offer(gate)
    refused()
    assert services.try_due() == [], "its time is not over"
    make_it_due()
    assert services.try_due() == ["tested"]
    assert services.try_due() == []
    assert len(gate.admit("tested", 3).leases) == 1
    assert gate.admit("tested", 3).reason is Reason.IN_FLIGHT
    assert selectors.is_open("tested"), "what waits is bridged until a call is accepted"


def test_an_accepted_trial_lets_everything_through(upstream: Upstream, gate: MemoryGate) -> None:
    offer(gate)
    refused()
    make_it_due()
    services.try_due()
    generation = began()
    assert services.end_hold(upstream="tested", generation=generation)
    assert not services.end_hold(upstream="tested", generation=generation)
    assert len(gate.admit("tested", 3).leases) == 2
    row = now_is()
    assert (row.held_cause, row.held_since, row.held_until, row.holds) == ("", None, None, 0)
    authors = ConfigVersion.objects.filter(upstream="tested").values_list("author", flat=True)
    assert list(authors) == ["system", "system", "operator"]


def test_a_refused_trial_holds_it_for_twice_as_long_up_to_the_most(upstream: Upstream) -> None:
    services.change_upstream(upstream="tested", changes={"hold_seconds": 60, "hold_max_seconds": 200}, **BY)
    lengths = []
    for _ in range(4):
        assert refused(began())
        before = timezone.now()
        until = now_is().held_until
        assert until is not None
        lengths.append(60 * round((until - before).total_seconds() / 60 * 3) / 3)
        make_it_due()
        services.try_due()
    assert lengths == [60, 120, 200, 200]
    assert now_is().holds == 4
    assert ConfigVersion.objects.filter(upstream="tested", author="system").count() == 1, "trials are no news"


def test_a_call_from_before_the_last_move_moves_nothing(upstream: Upstream) -> None:
    refused()
    make_it_due()
    services.try_due()
    assert not refused(generation=0), "it began before the hold"
    assert not services.end_hold(upstream="tested", generation=0)
    assert now_is().is_on_trial


def test_a_call_that_begins_while_it_is_shut_moves_nothing(upstream: Upstream) -> None:
    refused()
    assert selectors.hold_state_of("tested") is None


def test_a_reserved_trial_lets_nothing_else_through(upstream: Upstream, gate: MemoryGate) -> None:
    offer(gate)
    refused()
    assert services.take_trial("tested", seconds=30) is None, "it is not due"
    make_it_due()
    generation = services.take_trial("tested", seconds=30)
    assert generation is not None
    assert services.take_trial("tested", seconds=30) is None, "somebody has it"
    assert gate.admit("tested", 1).reason is Reason.PAUSED
    assert services.hold_again(upstream="tested", cause="access_denied", reason="no", generation=generation)
    assert (now_is().held_cause, now_is().holds) == ("access_denied", 2)
    make_it_due()
    generation = services.take_trial("tested", seconds=30)
    assert generation is not None
    assert services.end_hold(upstream="tested", generation=generation)
    assert len(gate.admit("tested", 3).leases) == 2


def test_an_operators_pause_stays_when_a_hold_ends(upstream: Upstream, gate: MemoryGate) -> None:
    offer(gate)
    services.change_upstream(upstream="tested", changes={"paused": True}, **BY)
    refused()
    make_it_due()
    services.try_due()
    assert gate.admit("tested", 1).reason is Reason.PAUSED
    services.end_hold(upstream="tested", generation=began())
    assert gate.admit("tested", 1).reason is Reason.PAUSED
    assert now_is().paused


def test_resume_lifts_both_and_keeps_its_author(upstream: Upstream, gate: MemoryGate) -> None:
    offer(gate)
    services.change_upstream(upstream="tested", changes={"paused": True}, **BY)
    refused()
    services.resume(upstream="tested", author="ada", reason="renewed by hand")
    assert len(gate.admit("tested", 3).leases) == 2
    lifted = ConfigVersion.objects.filter(upstream="tested", author="ada")
    assert {entry.reason for entry in lifted} == {"renewed by hand"}
    assert not services.lift_hold(upstream="tested", author="ada", reason="again")
    with pytest.raises(ValidationError):
        services.lift_hold(upstream="tested", author="", reason="")


def test_new_work_of_a_pool_goes_past_its_held_upstream_until_it_is_tried(
    upstream: Upstream, gate: MemoryGate
) -> None:
    services.create_upstream(name="another", values={"max_in_flight": 2}, **BY)
    services.set_pool(name="writing", members=["tested", "another"], **BY)
    refused()
    assert place_now() == "another"
    assert place_now(allowed={"tested"}) == "tested", "never where it may not go: it waits"
    make_it_due()
    services.try_due()
    assert place_now() == "tested", "one job is wanted, to see whether it is well again"
    services.end_hold(upstream="tested", generation=began())
    assert place_now() == "tested"


def test_it_survives_a_gate_that_lost_its_memory(upstream: Upstream, gate: MemoryGate) -> None:
    refused()
    gate._upstreams.clear()
    reconcile_configuration()
    offer(gate)
    assert gate.admit("tested", 1).reason is Reason.PAUSED


def test_going_back_to_a_version_touches_no_hold(upstream: Upstream) -> None:
    refused()
    services.restore_version(upstream="tested", version=1, **BY)
    assert now_is().is_held
    with pytest.raises(ValidationError):
        services.change_upstream(upstream="tested", changes={"held_cause": ""}, **BY)


def test_the_difference_is_found_across_a_trial_which_is_not_kept(upstream: Upstream) -> None:
    refused()
    make_it_due()
    services.try_due()
    on_trial = now_is().version
    changed = services.change_upstream(upstream="tested", changes={"burst": 7}, **BY)
    assert [each.name for each in config_diff("tested", on_trial, changed.version)] == ["burst"]


def test_an_unknown_upstream_is_not_held(upstream: Upstream) -> None:
    assert not services.hold(upstream="nowhere", cause="clock", reason="x", generation=0)
    assert selectors.hold_state_of("nowhere") is None


@pytest.mark.parametrize(
    "broken",
    [
        {"held_cause": "clock"},
        {"held_since": timezone.now()},
        {"holds": 1},
        {"held_cause": "clock", "held_since": timezone.now(), "holds": 0},
        {"hold_seconds": float("nan")},
        {"hold_seconds": 400.0},
        {"hold_max_seconds": 90_000.0},
    ],
)
def test_the_database_refuses_half_a_hold(upstream: Upstream, broken: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        Upstream.objects.filter(name="tested").update(**broken)


def test_the_breaker_and_the_rate_learn_nothing_from_a_call_that_was_given_back(
    upstream: Upstream, gate: MemoryGate
) -> None:
    offer(gate, 8)
    for _ in range(8):
        (lease,) = gate.admit("tested", 1).leases
        assert not gate.settle("tested", lease.id, Outcome.RETURNED).tripped
