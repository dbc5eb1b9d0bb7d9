"""The scripts answer what the reference in memory answers, call for call, whatever happens in between."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limiter.algorithms.limits import Algorithm, LimitRule, compile_rule

from .clocks import SideBySide
from .rules import costs, pauses, rules

one_server = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("algorithm", Algorithm)
@one_server
@given(data=st.data())
def test_both_forms_give_the_same_answers(
    both: SideBySide, algorithm: Algorithm, data: st.DataObject
) -> None:
    both.forget()
    rule = data.draw(rules(algorithm))
    for _ in range(data.draw(st.integers(1, 12))):
        both.advance(data.draw(pauses(rule)))
        rule = data.draw(st.sampled_from([rule] * 5) | rules(algorithm))
        step(both, rule, data)


def step(both: SideBySide, rule: LimitRule, data: st.DataObject) -> None:
    what = data.draw(st.sampled_from(["take", "take", "peek", "charge", "give back", "set rate"]))
    cost = data.draw(costs(rule))
    if what == "take":
        both.take(rule, cost)
    elif what == "peek":
        both.peek(rule, cost)
    elif what == "charge" and rule.abilities.debt:
        both.charge(rule, 2 * cost)
    elif what == "give back" and rule.abilities.refund:
        both.charge(rule, -cost)
    elif what == "set rate" and rule.algorithm is Algorithm.ADAPTIVE:
        both.set_rate(rule, data.draw(st.floats(0.01, 10)))


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_server_clock_that_goes_back_gifts_nothing(both: SideBySide, algorithm: Algorithm) -> None:
    rule = compile_rule(algorithm, "30/m")
    both.advance(45_000_000 - both.now % 60_000_000)
    both.take(rule, rule.most)
    both.advance(-30_000_000)
    assert not both.take(rule, rule.most).allowed
