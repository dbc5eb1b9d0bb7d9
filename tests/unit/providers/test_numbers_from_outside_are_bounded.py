"""Whatever a service writes where a number belongs, what is reckoned with is one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feedback.providers.bounds import LONGEST_WAIT, MOST_TOKENS, bounded, retry_after, tokens

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@given(st.one_of(st.text(), NUMBERS.map(str), st.integers().map(str)))
def test_a_wait_is_between_nothing_and_a_day(header: str) -> None:
    assert 0.0 <= retry_after(header) <= LONGEST_WAIT


@given(st.one_of(NUMBERS, st.integers(-(2**40), 2**80), st.none(), st.text(), st.lists(st.integers())))
def test_a_count_of_tokens_fits_its_column(value: object) -> None:
    assert 0 <= tokens(value) <= MOST_TOKENS < 2**31


@given(NUMBERS)
def test_what_is_within_stays_as_it_is(value: float) -> None:
    inside = 0 <= value <= 10
    assert bounded(value, 10) == value if inside else bounded(value, 10) in (0, 10)


def test_a_number_too_large_for_a_float_is_bounded_too() -> None:
    assert tokens(10**400) == MOST_TOKENS
