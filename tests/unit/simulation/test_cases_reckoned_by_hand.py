"""Small cases with every moment known: 30 a minute from an empty bucket is one call each 2 s."""

from __future__ import annotations

import pytest

from limiter.gate import Outcome
from limiter.simulation.figures import figures
from limiter.simulation.provider import Manner, Outage, ProviderPlan, Quota

from .small import GENEROUS, job, simulate, starts


def test_calls_start_as_fast_as_the_rate_allows() -> None:
    trace = simulate([job("a"), job("b"), job("c")])
    assert starts(trace) == {"a": 2.0, "b": 4.0, "c": 6.0}
    assert [run.ended for run in trace.runs] == [102.0, 104.0, 106.0]


def test_two_users_take_turns_under_the_fair_choice() -> None:
    jobs = [job(f"ann-{n}") for n in range(3)] + [job(f"bob-{n}", "bob") for n in range(3)]
    assert starts(simulate(jobs)) == {
        "ann-0": 2.0, "bob-0": 4.0, "ann-1": 6.0, "bob-1": 8.0, "ann-2": 10.0, "bob-2": 12.0,
    }  # fmt: skip


def test_without_it_first_come_is_first_served() -> None:
    jobs = [job(f"ann-{n}") for n in range(3)] + [job(f"bob-{n}", "bob") for n in range(3)]
    order = starts(simulate(jobs, "breaker"))
    assert sorted(order, key=order.__getitem__) == ["ann-0", "ann-1", "ann-2", "bob-0", "bob-1", "bob-2"]


def test_without_a_gate_a_slot_is_all_that_a_call_waits_for() -> None:
    trace = simulate([job("a"), job("b"), job("c")], "no_gate", slots=2)
    assert starts(trace) == {"a": 0.0, "b": 0.0, "c": 100.0}


def test_each_process_keeps_the_whole_rate_for_itself() -> None:
    trace = simulate([job(name) for name in "abcd"], "per_process", processes=2)
    assert starts(trace) == {"a": 2.0, "b": 2.0, "c": 4.0, "d": 4.0}


def test_a_call_beyond_the_quota_is_throttled_and_tried_again_later() -> None:
    once_a_minute = ProviderPlan(quotas=(Quota(1.0),), burst=1.0)
    trace = simulate([job("a"), job("b")], plan=once_a_minute)
    outcomes = [call.outcome for call in trace.calls if call.job == "b"]
    assert outcomes[0] is Outcome.THROTTLED
    assert outcomes[-1] is Outcome.SUCCESS
    assert starts(trace)["b"] >= 62.0  # the quota's second request is there a minute after its first


def test_a_quota_that_is_cut_throttles_from_that_moment_on() -> None:
    plan = ProviderPlan(quotas=(Quota(30.0), Quota(1.0, since=10.0)), burst=1.0)
    trace = simulate([job(name) for name in "abcdef"], plan=plan)
    throttled = [call.start for call in trace.calls if call.outcome is Outcome.THROTTLED]
    # At 10 s the old quota has just given the fifth request; the new one gives the next after a minute.
    assert min(throttled) == 12.0
    taken = sorted(call.start for call in trace.calls if call.outcome is Outcome.SUCCESS)
    assert taken[:5] == [2.0, 4.0, 6.0, 8.0, 10.0]
    assert taken[5] >= 70.0


def test_a_call_into_an_outage_hangs_until_the_time_out() -> None:
    plan = ProviderPlan(quotas=(Quota(30.0),), outages=(Outage(0.0, 10.0),))
    trace = simulate([job("a")], "bucket", plan=plan)
    assert [(call.start, call.end, call.outcome) for call in trace.calls][:1] == [
        (2.0, 182.0, Outcome.FAILURE)
    ]
    assert trace.runs[0].outcome is Outcome.SUCCESS


def test_an_outage_that_refuses_ends_a_call_at_once() -> None:
    plan = ProviderPlan(quotas=(Quota(30.0),), outages=(Outage(0.0, 3.0, Manner.REFUSE),))
    trace = simulate([job("a")], "bucket", plan=plan)
    assert trace.calls[0].end == pytest.approx(2.05)


def test_a_job_that_fails_five_times_is_given_up() -> None:
    plan = ProviderPlan(quotas=(Quota(30.0),), outages=(Outage(0.0, 1e6),))
    trace = simulate([job("a")], "bucket", plan=plan)
    assert [call.outcome for call in trace.calls] == [Outcome.FAILURE] * 5
    assert trace.runs[0].outcome is Outcome.FAILURE


def test_five_failures_open_the_breaker_and_waiting_work_is_answered_automatically() -> None:
    plan = ProviderPlan(quotas=(Quota(30.0),), outages=(Outage(0.0, 600.0),))
    jobs = [job(f"early-{n}") for n in range(5)] + [job("late", at=200.0)]
    trace = simulate(jobs, "breaker", plan=plan)
    late = trace.runs[-1]
    # The fifth call begins at 10 s, hangs for 180 s, and trips the breaker for 60 s and more.
    assert trace.breaker[0] == (190.0, "open")
    assert late.provisional == pytest.approx(200.06)
    assert late.started is not None
    assert late.started >= 250.0
    assert late.outcome is Outcome.SUCCESS


def test_figures_of_two_calls() -> None:
    trace = simulate([job("a", seconds=70.0), job("b", seconds=180.0)])
    found = figures(trace, GENEROUS)
    assert (found.wait.p50, found.wait.p95) == (2.0, 4.0)
    assert found.per_minute == pytest.approx(30.0)
    assert (found.document.p50, found.document.p95) == (72.0, 184.0)
    assert found.in_flight_max == 2
    assert found.in_flight_mean == pytest.approx(250.0 / 184.0)
    assert found.call_seconds == (70.0, 180.0)
    assert (found.succeeded, found.throttled) == (1.0, 0.0)
