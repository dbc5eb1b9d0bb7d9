"""When a later start is news, and which words it gets."""

from __future__ import annotations

import pytest

from feedback.selectors.work.ranges import DelayCause, Shown, compared
from limiter.selectors import Pace

NOW = 1_000_000.0
PACE = Pace(30.0, 60.0)


def estimate(minutes: float, pace: Pace = PACE, *, was_paused: bool = False) -> Shown:
    return Shown(NOW + 60 * minutes, pace, was_paused)


def test_the_first_estimate_is_simply_shown() -> None:
    assert compared(None, estimate(4), at=NOW) == estimate(4)


@pytest.mark.parametrize("minutes", [3.5, 4.0, 4.9])
def test_a_small_shift_is_no_news(minutes: float) -> None:
    assert compared(estimate(4), estimate(minutes), at=NOW) == estimate(4)


def test_a_slow_slide_is_noticed_all_the_same() -> None:
    shown = estimate(4)
    for step in range(1, 10):
        shown = compared(shown, estimate(4 + step * 0.2), at=NOW)
    assert shown.cause == DelayCause.OTHERS


def test_far_away_it_takes_more_to_be_news() -> None:
    assert compared(estimate(100), estimate(110), at=NOW).cause is None
    assert compared(estimate(100), estimate(130), at=NOW).cause == DelayCause.OTHERS


@pytest.mark.parametrize(
    ("before", "pace", "cause"),
    [
        (estimate(4, was_paused=True), Pace(10.0, 60.0), DelayCause.UNAVAILABLE),
        (estimate(4), Pace(10.0, 60.0), DelayCause.RATE_LOWERED),
        (estimate(4, Pace(None, 60.0)), Pace(10.0, 60.0), DelayCause.RATE_LOWERED),
        (estimate(4), Pace(None, 60.0), DelayCause.OTHERS),
        (estimate(4), Pace(30.0, 90.0), DelayCause.SLOWER_CALLS),
        (estimate(4, Pace(30.0, 0.0)), Pace(30.0, 90.0), DelayCause.OTHERS),
        (estimate(4), PACE, DelayCause.OTHERS),
    ],
)
def test_the_first_reason_that_holds_is_given(before: Shown, pace: Pace, cause: DelayCause) -> None:
    assert compared(before, estimate(12, pace), at=NOW).cause == cause


def test_a_start_that_comes_nearer_takes_the_excuse_back() -> None:
    late = compared(estimate(4), estimate(12), at=NOW)
    assert compared(late, estimate(5), at=NOW).cause is None


@pytest.mark.parametrize("shown", [estimate(4), estimate(4, Pace(None, 0.0), was_paused=True)])
def test_a_note_is_read_as_it_was_written(shown: Shown) -> None:
    assert Shown.loads(shown.dumps()) == shown


@pytest.mark.parametrize("note", ["", "nonsense", "{}"])
def test_a_note_that_is_none_is_nothing_to_compare_with(note: str) -> None:
    assert Shown.loads(note) is None
