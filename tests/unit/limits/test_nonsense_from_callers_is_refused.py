"""Numbers that a caller or a service made up: refused by name or clamped, and none reaches a server."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

import limiter
from limiter.algorithms.limits import Unable
from limiter.base import bounds
from limiter.gate.model import Timing, Usage
from limiter.named.stores import in_memory, use_stores
from limiter.rq import tickets

NONSENSE = [math.nan, math.inf, -math.inf, "5", None, 2.5, True, 10**10, Decimal(5)]


@pytest.fixture(autouse=True)
def named(settings: Settings) -> Iterator[None]:
    settings.LIMITS = {
        "tokens": {"algorithm": "token_bucket", "rate": "100/d"},
        "pace": {"algorithm": "adaptive", "rate": "10/d", "floor": "1/d", "ceiling": "20/d"},
    }
    with use_stores(in_memory()):
        yield


@pytest.mark.parametrize("cost", NONSENSE)
def test_a_cost_that_is_no_whole_number_is_refused_and_spends_nothing(cost: int) -> None:
    with pytest.raises(Unable, match="cost is"):
        limiter.limit("tokens").charge(cost)
    with pytest.raises(Unable, match="cost is"):
        limiter.limit("tokens", cost=cost).take()
    assert limiter.limit("tokens").peek().remaining == 100


@pytest.mark.parametrize("share", [math.nan, math.inf, -1.0, "fast", None, True, Decimal(1)])
def test_a_rate_is_set_by_a_number_alone(share: float) -> None:
    with pytest.raises(Unable, match="share is"):
        limiter.limit("pace").set_rate(share)
    assert limiter.limit("pace").set_rate(1000).rate == 2.0


@pytest.mark.parametrize("failures", [5, math.nan, OSError, (OSError, "TimeoutError")])
def test_what_counts_as_a_failure_is_a_tuple_of_exceptions(failures: Any) -> None:
    with pytest.raises(ValueError, match="failures is"):
        limiter.breaker("mail", failures=failures)


def test_keys_of_different_types_are_different_keys() -> None:
    keys = [1, "1", True, "True", 1.0, None, "", b"1", (1,), "\0int:1"]
    for key in keys:
        limiter.limit("tokens", key=key, cost=1 + keys.index(key)).take()
        limiter.limit("tokens", key=key).take()
    left = [limiter.limit("tokens", key=key).peek().remaining for key in keys]
    assert left == [98 - keys.index(key) for key in keys]


@pytest.mark.parametrize("name", bounds.NUMBERS)
@pytest.mark.parametrize("value", ["abc", math.nan, math.inf, 1.5, -(10**10), 10**10])
def test_a_job_with_a_nonsense_ticket_is_refused_by_the_fields_name(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name} is"):
        tickets.into_meta({name: value})


@given(st.one_of(st.text(max_size=20), st.floats(allow_nan=True).map(str), st.integers().map(str)))
def test_a_ticket_that_others_wrote_is_read_as_some_number(written: str) -> None:
    fields = dict.fromkeys(bounds.NUMBERS, written)
    ticket = tickets.ticket("job", fields)
    assert 0 <= ticket.tokens <= bounds.MOST_UNITS
    assert 0 <= ticket.output <= bounds.MOST_UNITS


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_what_a_service_says_is_clamped(figure: float) -> None:
    assert 0.0 <= bounds.wait(figure) <= bounds.LONGEST_WAIT
    used = Usage(input_tokens=figure, output_tokens=figure)  # type: ignore[arg-type]
    assert 0 <= used.charge(5.0) <= 6 * bounds.MOST_UNITS
    assert 0.0 <= Timing(figure, figure).total <= bounds.LONGEST_WAIT


@pytest.mark.parametrize("figure", [math.nan, math.inf, -1.0, 9_999_999_999.0])
def test_a_breaker_stays_open_no_longer_than_it_may(figure: float, settings: Settings) -> None:
    settings.BREAKERS = {"mail": {"failures": 1, "open_seconds": 5, "open_max_seconds": 10, "jitter": 0}}
    guard = limiter.breaker("mail")

    class Refused(Exception):
        retry_after = figure

    def fails() -> None:
        raise Refused

    with pytest.raises(Refused):
        guard.call(fails)
    with pytest.raises(limiter.CircuitOpenError) as refused:
        guard.call(fails)
    assert refused.value.retry_after is not None
    assert 0 < refused.value.retry_after <= 10
