"""Which profile fits, and what to change: from figures alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from feedback.operations.advice.model import Advice, Figures, UpstreamFigures
from feedback.operations.advice.profiles import RUNGS, Profile, for_people
from feedback.operations.advice.rules import advise
from tests.running import ROOT

CALM = UpstreamFigures(
    "bedrock", runs=400, longest_line=4, wait_p50=5.0, wait_p95=60.0, call_seconds=120.0, busiest_minute=12,
    rate=30.0, most_in_flight=20, slots=96,
)  # fmt: skip
CROWDED: dict[str, Any] = {"longest_line": 80, "seconds_over_ten": 5400.0, "wait_p95": 2000.0}


def advised(
    profile: str = "team", people: int = 8, hosts: tuple[str, ...] = ("one",), **upstream: Any
) -> Advice:
    calm = replace(CALM, **upstream)
    return advise(Figures(Profile(profile), 7, people, people, hosts, (calm,)))


def changes(advice: Advice) -> list[str]:
    return [step.what for step in advice.steps]


# The profile --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "profile"),
    [(0, "solo"), (5, "solo"), (6, "team"), (15, "team"), (16, "campus"), (50, "campus"), (51, "enterprise")],
)
def test_people_at_once_name_a_rung(people: int, profile: str) -> None:
    assert for_people(people) == profile


def test_what_fits_is_kept() -> None:
    advice = advised("team", people=8)
    assert (advice.profile, advice.keep, advice.steps) == ("team", True, ())
    assert "8 people had work under way at once, which is what team is for." in advice.reasons[0]


@pytest.mark.parametrize(
    "pain",
    [
        {"seconds_over_ten": 1800.0},
        {"wait_p95": 601.0},
        {"throttled": 0.051},
    ],
)
def test_a_rung_is_climbed_where_people_call_for_it_and_it_hurts(pain: dict[str, Any]) -> None:
    advice = advised("team", people=30, **pain)
    assert (advice.profile, advice.keep) == ("campus", False)
    assert len(advice.reasons) == 2  # the people, and the pain


@pytest.mark.parametrize(
    "bearable", [{}, {"seconds_over_ten": 1799.0}, {"wait_p95": 600.0}, {"throttled": 0.05}]
)
def test_many_people_alone_are_no_reason(bearable: dict[str, Any]) -> None:
    advice = advised("team", people=30, **bearable)
    assert advice.keep
    assert "nothing hurts" in advice.reasons[0]


def test_pain_alone_is_no_reason_for_another_rung_but_for_a_change() -> None:
    advice = advised("team", people=8, **CROWDED, most_in_flight=96, call_seconds=300.0)
    assert advice.keep
    assert changes(advice) == ["Add 54 slots: more workers, or LIMITER_WORKER_SLOTS"]


def test_a_larger_rung_than_needed_is_kept_and_mentioned() -> None:
    advice = advised("campus", people=3, hosts=("one", "two"))
    assert advice.keep
    assert "solo would carry them too" in advice.reasons[0]


def test_two_hosts_need_stores_of_their_own() -> None:
    advice = advised("team", hosts=("one", "two"))
    assert (advice.profile, advice.keep) == ("campus", False)


def test_little_traffic_is_nothing_to_judge_by() -> None:
    advice = advised("team", people=60, runs=19, throttled=1.0, wait_p95=9000.0)
    assert advice.keep
    assert "Only 19 calls in 7 days" in advice.reasons[0]
    assert changes(advice) == []


# The changes ------------------------------------------------------------------------------------------


def test_a_fixed_rate_that_is_throttled_shall_tune_itself() -> None:
    (step,) = advised(throttled=0.2).steps
    assert step.changes == {"requests_algorithm": "adaptive"}
    assert "20% of 400 calls" in step.because
    assert step.how == 'manage.py limiter set bedrock requests_algorithm=adaptive --reason "..."'


def test_a_rate_that_tunes_itself_needs_quota() -> None:
    assert changes(advised(throttled=0.2, is_adaptive=True)) == [
        "Ask AWS for more quota, and look who else uses the account"
    ]


def test_slots_are_reckoned_by_littles_law() -> None:
    (step,) = advised(**CROWDED, slots=32, most_in_flight=32).steps
    assert step.what.startswith("Add 28 slots")
    assert "a rate of 30 a minute needs 60" in step.because
    assert step.brings == "30 calls a minute in place of 16."


def test_a_cap_that_is_too_low_is_lifted() -> None:
    (step,) = advised(**CROWDED, max_in_flight=20, most_in_flight=20).steps
    assert step.changes == {"max_in_flight": 60}


def test_idle_slots_are_not_multiplied() -> None:
    assert changes(advised(**CROWDED, slots=32, most_in_flight=10)) == []


def test_a_rate_at_its_limit_is_raised_by_half() -> None:
    (step,) = advised(**CROWDED, busiest_minute=29).steps
    assert step.changes == {"requests_per_minute": 45}


def test_a_rate_that_is_throttled_is_not_raised() -> None:
    steps = advised(**CROWDED, busiest_minute=30, throttled=0.1).steps
    assert [dict(step.changes) for step in steps] == [{"requests_algorithm": "adaptive"}]


def test_a_rate_without_a_line_is_left_alone() -> None:
    assert changes(advised(busiest_minute=30)) == []


def test_outages_call_for_a_stand_in() -> None:
    assert changes(advised(outages=2)) == ["Give it a stand-in: another region or model, in one pool"]
    assert changes(advised(outages=2, has_stand_in=True)) == []


def test_a_campus_on_one_host_stops_with_it() -> None:
    assert changes(advised("campus", people=30)) == ["Run workers on a second host"]
    assert changes(advised("campus", people=30, hosts=("one", "two"))) == []


def test_what_has_no_limit_needs_no_rate() -> None:
    assert changes(advised(**CROWDED, rate=None, throttled=0.5)) == []


def test_the_table_of_the_profiles_stands_in_the_documents() -> None:
    page = (ROOT / "docs" / "advise.md").read_text()
    for profile, rung in RUNGS.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {profile} "))
        for words in (rung.brings, rung.complexity, rung.set_up, rung.monthly):
            assert words in row
