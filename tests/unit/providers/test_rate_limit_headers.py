"""Headers that report limits: every form that servers use, and nothing that is no sane number."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from feedback.providers.base import RateLimit, RateLimits
from feedback.providers.bounds import LONGEST_WAIT as DAY
from feedback.providers.openai_compatible.limits import rate_limits, retry_after, used_up

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
NO_NUMBERS = ["", "soon", "nan", "inf", "-inf", "-1", "1e400", "1m-5s", "٣", "--", "1x", "1m30", "9" * 400]


def reset_of(value: str) -> float | None:
    limits = rate_limits({"x-ratelimit-reset-tokens": value})
    return limits.tokens.reset if limits and limits.tokens else None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1s", 1), ("6m0s", 360), ("1m30s", 90), ("20ms", 0.02), ("1h2m3.5s", 3723.5), ("7.66s", 7.66),
        ("0s", 0), ("59", 59), ("0.25", 0.25), (" 2 ", 2), ("500us", 0.0005), ("24h", DAY),
    ],
)  # fmt: skip
def test_a_duration_is_read(value: str, seconds: float) -> None:
    assert reset_of(value) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value",
    ["2026-11-30T12:00:30Z", "2026-11-30T12:00:30+00:00", "2026-11-30T13:00:30+01:00", "2026-11-30T12:00:30"],
)
def test_a_point_in_time_is_read(value: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert reset_of(value) == pytest.approx(30)


@pytest.mark.parametrize("value", [*NO_NUMBERS, "25h", "1764504030", "2027-11-30T12:00:00Z"])
def test_a_reset_that_is_no_sane_number_is_not_reported(value: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert reset_of(value) is None


@pytest.mark.parametrize("value", [*NO_NUMBERS, "1.5", "-2", "9" * 13])
def test_a_count_that_is_no_sane_number_is_not_reported(value: str) -> None:
    headers = {"x-ratelimit-limit-requests": value, "x-ratelimit-remaining-requests": "3"}
    assert rate_limits(headers) == RateLimits(requests=RateLimit(remaining=3))
    assert rate_limits({"x-ratelimit-limit-requests": value}) is None


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_a_wait_that_is_no_sane_number_is_none(value: str) -> None:
    assert retry_after({"retry-after": value, "retry-after-ms": value}) == 0


def test_a_wait_may_be_a_date_and_is_a_day_at_most() -> None:
    with time_machine.travel(NOW, tick=False):
        for wait, seconds in ((45, 45), (-45, 0), (10 * DAY, DAY)):
            date = format_datetime(NOW + timedelta(seconds=wait), usegmt=True)
            assert retry_after({"retry-after": date}) == seconds
    assert retry_after({"retry-after": "99999999"}) == DAY
    assert retry_after({"retry-after-ms": "9" * 20}) == DAY


def test_without_a_wait_the_later_of_the_limits_that_are_used_up_counts() -> None:
    headers = {
        "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2s",
        "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "9s",
    }  # fmt: skip
    assert retry_after(headers) == 9
    assert used_up(headers) == ""
    assert used_up({**headers, "x-ratelimit-remaining-requests": "1"}) == "tokens"
    assert used_up({**headers, "x-ratelimit-remaining-tokens": "1"}) == "requests"
    assert retry_after({**headers, "x-ratelimit-remaining-tokens": "1"}) == 2


@given(st.text(max_size=40) | st.from_regex(r"-?[0-9.a-zµ:+TZ-]{0,30}", fullmatch=True))
def test_no_header_is_an_error_of_ours_and_each_number_is_bounded(value: str) -> None:
    names = ("limit", "remaining", "reset")
    headers = {f"x-ratelimit-{name}-{what}": value for name in names for what in ("requests", "tokens")}
    limits = rate_limits(headers) or RateLimits()
    for each in (limits.requests, limits.tokens):
        if each is not None:
            assert each.limit is None or 0 <= each.limit <= 10**12
            assert each.reset is None or 0 <= each.reset <= DAY
    wait = retry_after({"retry-after": value, "retry-after-ms": value, **headers})
    assert math.isfinite(wait)
    assert 0 <= wait <= DAY
