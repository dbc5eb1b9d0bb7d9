"""What each algorithm promises: its bound in any span, exact waits, and refusals that cost nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limiter.algorithms.limits import Algorithm, LimitRule, compile_rule
from limiter.algorithms.limits.memory import MemoryLimits
from limiter.algorithms.limits.rules import WINDOWS

from .clocks import START, SideBySide
from .rules import costs, pauses, rules

one_server = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def bound(rule: LimitRule, span: int) -> float:
    """The most that may pass in a span of so many microseconds."""
    if rule.algorithm is Algorithm.SLIDING_LOG:
        return rule.units * (span // rule.window + 1)
    if rule.algorithm in WINDOWS:  # one more window is touched at the edges
        return rule.units * (span // rule.window + 2)
    return (rule.capacity + rule.rate * (span + 1)) // rule.unit


@pytest.mark.parametrize("algorithm", Algorithm)
@one_server
@given(data=st.data())
def test_never_more_than_the_bound_passes_in_any_span(
    both: SideBySide, algorithm: Algorithm, data: st.DataObject
) -> None:
    both.forget()
    rule = data.draw(rules(algorithm))
    passed: list[tuple[int, int]] = []
    for _ in range(20):
        both.advance(data.draw(pauses(rule)))
        cost = data.draw(costs(rule))
        if both.take(rule, cost).allowed:
            passed.append((both.now, cost))
    for first, (begin, _) in enumerate(passed):
        total = 0
        for moment, cost in passed[first:]:
            total += cost
            assert total <= bound(rule, moment - begin)


@pytest.mark.parametrize("algorithm", Algorithm)
@one_server
@given(data=st.data())
def test_the_wait_is_exact_to_the_microsecond(
    both: SideBySide, algorithm: Algorithm, data: st.DataObject
) -> None:
    both.forget()
    rule = data.draw(rules(algorithm))
    cost = data.draw(costs(rule))
    spend_until_refused(both, rule, cost, data)
    wait = both.peek(rule, cost).wait
    both.advance(wait - 1)
    assert both.take(rule, cost).wait == 1
    both.advance(1)
    assert both.take(rule, cost).allowed


@pytest.mark.parametrize("algorithm", Algorithm)
@one_server
@given(data=st.data())
def test_a_refusal_spends_nothing(both: SideBySide, algorithm: Algorithm, data: st.DataObject) -> None:
    both.forget()
    rule = data.draw(rules(algorithm))
    cost = data.draw(costs(rule))
    spend_until_refused(both, rule, cost, data)
    before = both.peek(rule, cost)
    for _ in range(3):
        assert both.take(rule, cost) == before


@pytest.mark.parametrize("algorithm", Algorithm)
@one_server
@given(data=st.data())
def test_a_key_at_rest_is_as_good_as_new(both: SideBySide, algorithm: Algorithm, data: st.DataObject) -> None:
    both.forget()
    rule = data.draw(rules(algorithm))
    both.advance(data.draw(pauses(rule)))
    both.advance(both.take(rule, data.draw(costs(rule))).rest)
    assert both.peek(rule, rule.most).allowed
    assert both.peek(rule).remaining == rule.most


def spend_until_refused(both: SideBySide, rule: LimitRule, cost: int, data: st.DataObject) -> None:
    """Spend in pieces until this cost has to wait."""
    both.advance(data.draw(st.integers(0, rule.window)))
    while both.peek(rule, cost).allowed:
        free = both.peek(rule).remaining
        both.take(rule, data.draw(st.integers(max(1, free // 2), max(1, free))))


@pytest.mark.parametrize("algorithm", Algorithm)
@given(data=st.data())
def test_a_change_never_gifts_more_than_one_burst(algorithm: Algorithm, data: st.DataObject) -> None:
    """Everything was spent; a new rule or another algorithm lets at most its own burst through at once."""
    now = START
    limits = MemoryLimits(lambda: now)
    old = data.draw(rules(algorithm))
    limits.take(old, "k", old.most)
    new = data.draw(rules())
    gifted = 0
    for rule in data.draw(st.lists(st.sampled_from([old, new]), min_size=1, max_size=8)):
        while (free := limits.peek(rule, "k").remaining) and limits.take(rule, "k", free).allowed:
            gifted += free
    assert gifted <= max(old.most, new.most)


@pytest.mark.parametrize("algorithm", [Algorithm.TOKEN_BUCKET, Algorithm.FIXED_WINDOW, Algorithm.SLIDING_LOG])
def test_a_faster_rate_keeps_what_was_spent(both: SideBySide, algorithm: Algorithm) -> None:
    slow, fast = compile_rule(algorithm, "30/m"), compile_rule(algorithm, "40/m")
    both.take(slow, 30)
    assert both.peek(fast).remaining <= 10


def test_debt_is_paid_off_by_refill(both: SideBySide) -> None:
    rule = compile_rule("token_bucket", "60/m", 10)
    both.charge(rule, 25)
    assert both.peek(rule).wait == pytest.approx(16_000_000, abs=2)


def test_what_was_not_used_is_given_back_up_to_the_burst(both: SideBySide) -> None:
    rule = compile_rule("leaky_bucket", "60/m", 10)
    both.take(rule, 10)
    both.charge(rule, -4)
    assert both.peek(rule).remaining == 4
    both.charge(rule, -400)
    assert both.peek(rule).remaining == 10


def test_an_adaptive_rate_acts_from_the_moment_it_is_set(both: SideBySide) -> None:
    rule = compile_rule("adaptive", "60/m", 10, "6/m", "120/m")
    both.take(rule, 10)
    both.set_rate(rule, 2.0)
    both.advance(1_000_000)
    assert both.peek(rule).remaining == 2
    assert both.set_rate(rule, 0.001).rate == pytest.approx(0.1)
