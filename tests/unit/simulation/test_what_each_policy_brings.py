"""The scenarios show what they are there to show."""

from __future__ import annotations

import pytest

from limiter.simulation import POLICIES, SCENARIOS, Comparison, compare
from limiter.simulation.figures import Figures, OutageFigures


def figures_of(comparison: Comparison) -> dict[str, Figures]:
    return {result.policy.name: result.figures for result in comparison.results}


def smaller(name: str, students: int, *policies: str) -> dict[str, Figures]:
    scenario = SCENARIOS[name]
    chosen = [POLICIES[policy] for policy in policies or POLICIES]
    return figures_of(compare(scenario, size=scenario.size(students=students), policies=chosen, seed=4))


def known(value: float | None) -> float:
    assert value is not None
    return value


@pytest.fixture(scope="module")
def outage() -> dict[str, Figures]:
    return smaller("outage", 100, "bucket", "breaker", "fair")


def met(figures: Figures) -> OutageFigures:
    assert figures.outage is not None
    return figures.outage


def test_processes_of_their_own_change_no_figure() -> None:
    scenario, chosen = SCENARIOS["quota_cut"], [POLICIES["bucket"], POLICIES["fair"]]
    size = scenario.size(students=20)
    alone, spread = (
        compare(scenario, size=size, policies=chosen, seed=4, at_once=at_once) for at_once in (1, 2)
    )
    assert spread.results == alone.results


def test_a_person_with_little_work_does_not_wait_for_one_that_floods() -> None:
    found = smaller("flood", 60, "breaker", "fair")
    fair, first_come = found["fair"].wait_by_kind["short"], found["breaker"].wait_by_kind["short"]
    assert known(fair.p95) < 0.1 * known(first_come.p95)
    assert known(found["fair"].wait_by_kind["flood"].p95) < 2 * known(
        found["breaker"].wait_by_kind["flood"].p95
    )


def test_a_shared_limit_at_the_quota_is_never_throttled() -> None:
    found = smaller("steady", 80)
    assert [found[name].throttled for name in ("bucket", "breaker", "fair")] == [0.0, 0.0, 0.0]
    assert known(found["no_gate"].throttled) > 0.0
    assert known(found["per_process"].throttled) > 0.0


def test_with_the_breaker_few_calls_hang(outage: dict[str, Figures]) -> None:
    assert met(outage["breaker"]).calls < 0.5 * met(outage["bucket"]).calls


def test_with_the_breaker_students_have_an_answer_while_the_provider_is_down(
    outage: dict[str, Figures],
) -> None:
    assert known(met(outage["fair"]).first_answer.p50) < 1.0
    assert known(met(outage["bucket"]).first_answer.p50) > 180.0


def test_only_outages_bring_automatic_answers(outage: dict[str, Figures]) -> None:
    assert met(outage["bucket"]).stood_in == 0
    assert met(outage["fair"]).stood_in > 0
    assert smaller("steady", 20, "fair")["fair"].outage is None


def test_a_fixed_rate_is_throttled_when_the_quota_is_cut_and_an_adaptive_one_hardly() -> None:
    found = smaller("quota_cut", 250, "fair", "adaptive")
    assert 0.05 < known(found["fair"].throttled) < 0.5
    assert known(found["adaptive"].throttled) < 0.03
    assert [each.succeeded for each in found.values()] == [1.0, 1.0]
    assert known(found["adaptive"].quota_used) > 0.8  # what it leaves is the price of under 1 % throttled


def test_where_the_quota_is_the_expected_one_an_adaptive_rate_costs_next_to_nothing() -> None:
    found = smaller("deadline_night", 100, "fair", "adaptive")
    assert known(found["adaptive"].throttled) < 0.03
    assert known(found["adaptive"].document.p95) < 1.1 * known(found["fair"].document.p95)
