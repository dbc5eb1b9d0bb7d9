"""The usual law finds a hidden quota, keeps just below it, and follows where it goes."""

from __future__ import annotations

import pytest

from limiter.gate import ControlConfig, Law
from tests.unit.gate.hidden_quota import HiddenQuota

MINUTE, HOUR = 60.0, 3_600.0


def settled(quota: float = 60.0) -> HiddenQuota:
    world = HiddenQuota(ControlConfig(floor=0.02))
    world.run(quota, HOUR / 2)
    return world


@pytest.mark.parametrize(
    ("quota", "refused"), [(20.0, 0.015), (30.0, 0.01), (60.0, 0.005), (120.0, 0.005), (230.0, 0.005)]
)
def test_once_found_it_is_used_and_next_to_nothing_is_throttled(quota: float, refused: float) -> None:
    """One throttle in some four minutes."""
    seen = settled(quota).run(quota, 2 * HOUR)
    assert seen.used > 0.97
    assert seen.refused < refused


@pytest.mark.parametrize("after", [300.0, 700.0, 1_100.0, 1_500.0])
def test_a_rise_is_found_within_minutes_whenever_it_comes(after: float) -> None:
    world = settled(30.0)
    world.run(30, after)
    world.run(60, 5 * MINUTE)
    assert world.run(60, 5 * MINUTE).used > 0.9


def test_a_halved_quota_costs_a_handful_of_calls() -> None:
    world = settled()
    at_once = world.run(30, MINUTE)
    assert at_once.throttled < 10
    assert world.rate == pytest.approx(30, rel=0.15)
    assert world.run(30, HOUR).used > 0.97


@pytest.mark.parametrize("quota", [8.0, 12.0, 15.0, 18.0])
def test_a_small_quota_that_was_halved_is_believed(quota: float) -> None:
    """What it saves up carries the rate back to where it was, which says nothing of what it bears."""
    world = HiddenQuota(ControlConfig(floor=0.02), configured=2 * quota)
    world.run(2 * quota, HOUR / 2)
    assert world.run(quota, HOUR / 3).throttled < 15
    later = world.run(quota, HOUR)
    assert later.refused < 0.06
    assert later.used > 0.8


@pytest.mark.parametrize("before", [30.0, 60.0])
def test_a_doubled_quota_is_found(before: float) -> None:
    world = settled(before)
    world.run(2 * before, HOUR / 4)
    later = world.run(2 * before, HOUR)
    assert later.used > 0.97
    assert later.refused < 0.005


def test_a_dip_to_nothing_is_not_taken_for_the_new_quota() -> None:
    world = settled()
    dip = world.run(1.2, 5 * MINUTE)
    assert dip.throttled < 40
    world.run(60, MINUTE)
    assert world.run(60, 5 * MINUTE).used > 0.9


def test_a_low_quota_that_stays_is_believed_in_the_end() -> None:
    world = settled()
    world.run(6, HOUR)
    assert world.run(6, 2 * HOUR).refused < 0.1


def test_a_rate_that_was_never_throttled_goes_after_the_quota() -> None:
    world = HiddenQuota(configured=30)
    world.run(80, HOUR / 4)
    later = world.run(80, HOUR)
    assert later.taken / 60 > 45
    assert later.refused < 0.005


def test_it_uses_more_and_is_throttled_less_than_plain_aimd() -> None:
    ours, plain = settled(), HiddenQuota(ControlConfig(law=Law.AIMD, floor=0.02))
    plain.run(60, HOUR / 2)
    changes = [(30.0, HOUR), (60.0, HOUR), (120.0, HOUR), (1.2, 5 * MINUTE), (60.0, HOUR)]
    ours_seen, plain_seen = ([world.run(*change) for change in changes] for world in (ours, plain))
    assert sum(each.taken for each in ours_seen) > 1.2 * sum(each.taken for each in plain_seen)
    assert sum(each.throttled for each in ours_seen[:3]) < 0.01 * sum(each.taken for each in ours_seen[:3])
