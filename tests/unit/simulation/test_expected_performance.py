"""The table of expected performance, rung by rung."""

from __future__ import annotations

import pytest

from limiter.simulation.ladder import Ladder, climb
from limiter.simulation.law import in_words, pace_of, slots_for


@pytest.fixture(scope="module")
def ladder() -> Ladder:
    return climb(seed=3)


def test_thirty_a_minute_at_full_success_and_nothing_throttled(ladder: Ladder) -> None:
    for number in (1, 3, 4):  # one server; two that split the rate; the shared bucket
        healthy = ladder.steps[number].healthy
        assert healthy.per_minute == pytest.approx(30.0, rel=0.01)
        assert (healthy.succeeded, healthy.throttled) == (1.0, 0.0)
        assert healthy.call_seconds is not None
        assert min(healthy.call_seconds) >= 70.0
        assert max(healthy.call_seconds) <= 180.0


def test_a_pool_of_three_carries_what_littles_law_says(ladder: Ladder) -> None:
    assert ladder.steps[0].healthy.per_minute == pytest.approx(pace_of(3), rel=0.15)


def test_two_servers_that_do_not_share_the_limit_are_throttled(ladder: Ladder) -> None:
    throttled = ladder.steps[2].healthy.throttled
    assert throttled is not None
    assert throttled > 0.2


def test_in_an_outage_work_ends_in_under_a_second_with_the_breaker_alone(ladder: Ladder) -> None:
    for step in ladder.steps:
        outage = step.outage.outage
        assert outage is not None
        assert outage.end_seconds.p50 is not None
        assert outage.ended_at_once is not None
        if step.rung.policy.breaker:
            assert outage.end_seconds.p50 < 1.0
            # What hangs is what began in the three minutes before the first time-out was seen.
            assert outage.ended_at_once > 0.7
        else:
            assert (outage.end_seconds.p50, outage.ended_at_once) == (180.0, 0.0)


def test_an_adaptive_rate_brings_half_as_much_again_where_the_quota_allows_it(ladder: Ladder) -> None:
    fixed, adaptive = ladder.steps[4].healthy, ladder.steps[6].healthy
    assert fixed.per_minute is not None
    assert adaptive.per_minute is not None
    assert adaptive.per_minute > 1.5 * fixed.per_minute
    assert 45 <= adaptive.per_minute <= 80


def test_an_adaptive_rate_is_next_to_never_throttled_and_loses_nothing(ladder: Ladder) -> None:
    for step in ladder.steps[5:]:
        assert step.healthy.throttled is not None
        assert step.healthy.throttled < 0.01
        assert step.healthy.succeeded == 1.0
    assert ladder.steps[5].healthy.per_minute == pytest.approx(30.0, rel=0.03)


def test_littles_law_in_figures() -> None:
    assert slots_for(30.0).mean == 62.5
    assert slots_for(80.0).mean == pytest.approx(166.7, abs=0.05)
    assert slots_for(80.0).fewest == pytest.approx(93.3, abs=0.05)
    assert slots_for(80.0).most == 240.0
    assert in_words(slots_for(30.0)).startswith("30 a minute × 125 s = 62.5 calls in flight")
