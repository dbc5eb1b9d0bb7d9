"""Over any scenario: every job ends once, and no limit is ever exceeded."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from limiter.gate import Outcome
from limiter.simulation.figures import figures, most_in_flight
from limiter.simulation.model import Job, Limits, Trace
from limiter.simulation.policies import POLICIES
from limiter.simulation.provider import Manner, Outage, ProviderPlan, Quota
from limiter.simulation.series import minute_by_minute
from limiter.simulation.station import Station

from .small import job

TOLERANCE = 1e-6  # of a request: what seconds in floating point may be off

jobs = st.lists(
    st.builds(
        lambda user, at, seconds, tokens: (user, at, seconds, tokens),
        st.sampled_from(["ann", "bob", "cleo"]),
        st.floats(0, 600),
        st.floats(1, 200),
        st.integers(1, 5_000),
    ),
    min_size=1,
    max_size=40,
).map(
    lambda rows: [
        job(f"job-{index}", user, at=at, seconds=seconds, tokens=tokens)
        for index, (user, at, seconds, tokens) in enumerate(sorted(rows, key=lambda row: row[1]))
    ]
)
limits = st.builds(
    Limits,
    rate=st.floats(1, 120),
    burst=st.floats(1, 10),
    slots=st.integers(4, 20),
    processes=st.integers(1, 4),
)
outages = st.lists(
    st.builds(
        lambda start, length, manner: Outage(start, start + length, manner),
        st.floats(0, 600), st.floats(1, 600), st.sampled_from(Manner),
    ),
    max_size=2,
)  # fmt: skip
plans = st.builds(
    lambda first, second, outages: ProviderPlan((Quota(first), Quota(second, 300.0)), 5.0, tuple(outages)),
    st.floats(1, 120),
    st.floats(1, 120),
    outages,
)
policies = st.sampled_from(sorted(POLICIES))
seeds = st.integers(0, 1_000)


def trace_of(jobs: list[Job], plan: ProviderPlan, policy: str, limits: Limits, seed: int) -> Trace:
    return Station(jobs, plan=plan, policy=POLICIES[policy], limits=limits, seed=seed).run()


@given(jobs, plans, policies, limits, seeds)
def test_every_job_ends_once(
    jobs: list[Job], plan: ProviderPlan, policy: str, limits: Limits, seed: int
) -> None:
    trace = trace_of(jobs, plan, policy, limits, seed)
    assert [run.job for run in trace.runs] == jobs
    calls = Counter(call.job for call in trace.calls)
    successes = Counter(call.job for call in trace.calls if call.outcome is Outcome.SUCCESS)
    for run in trace.runs:
        assert run.ended is not None
        assert calls[run.job.id] == run.attempts >= 1
        assert successes[run.job.id] == (run.outcome is Outcome.SUCCESS)
        assert run.job.arrives <= (run.started or 0.0) <= run.ended


@given(jobs, plans, policies, limits, seeds)
def test_calls_in_flight_never_exceed_the_slots(
    jobs: list[Job], plan: ProviderPlan, policy: str, limits: Limits, seed: int
) -> None:
    assert most_in_flight(trace_of(jobs, plan, policy, limits, seed).calls) <= limits.slots


@given(jobs, plans, st.sampled_from(["bucket", "breaker", "fair"]), limits, seeds)
def test_admissions_never_exceed_rate_times_time_and_a_burst(
    jobs: list[Job], plan: ProviderPlan, policy: str, limits: Limits, seed: int
) -> None:
    starts = sorted(call.start for call in trace_of(jobs, plan, policy, limits, seed).calls)
    rate = round(limits.rate * 1000) / 1000 / 60  # as the gate keeps it: in thousandths a minute
    for first, begun in enumerate(starts):
        for last in range(first, len(starts)):
            # A microsecond's refill may lie above the burst, so that nothing is lost to rounding.
            assert last - first + 1 <= limits.burst + rate * (starts[last] - begun + 2e-6) + TOLERANCE


@given(jobs, plans, policies, limits, seeds)
def test_the_provider_takes_no_more_than_its_quota(
    jobs: list[Job], plan: ProviderPlan, policy: str, limits: Limits, seed: int
) -> None:
    trace = trace_of(jobs, plan, policy, limits, seed)
    taken = sorted(call.start for call in trace.calls if call.outcome is Outcome.SUCCESS)
    fastest = max(quota.per_minute for quota in plan.quotas) / 60
    assert all(plan.down_at(start) is None for start in taken)
    for first, begun in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= plan.burst + fastest * (taken[last] - begun + 1e-3) + TOLERANCE


@given(jobs, plans, policies, limits, seeds)
def test_chance_is_all_in_the_seed(
    jobs: list[Job], plan: ProviderPlan, policy: str, limits: Limits, seed: int
) -> None:
    assert trace_of(jobs, plan, policy, limits, seed) == trace_of(jobs, plan, policy, limits, seed)


@given(jobs, plans, policies, limits, seeds)
def test_the_minutes_add_up_to_the_calls(
    jobs: list[Job], plan: ProviderPlan, policy: str, limits: Limits, seed: int
) -> None:
    trace = trace_of(jobs, plan, policy, limits, seed)
    series = minute_by_minute(trace)
    found = figures(trace, plan)
    assert sum(series.started) + sum(series.throttled) + sum(series.failed) == found.calls
    assert min(series.waiting) >= 0
    assert max(series.in_flight) <= found.in_flight_max
    assert (series.waiting[-1], series.in_flight[-1]) == (0, 0)


@given(jobs, policies, limits, seeds)
def test_time_never_runs_backwards(jobs: list[Job], policy: str, limits: Limits, seed: int) -> None:
    trace = trace_of(jobs, ProviderPlan(), policy, limits, seed)
    assert all(one.end <= other.end for one, other in pairwise(trace.calls))
