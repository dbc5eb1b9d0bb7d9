"""The bucket: never above rate times time plus burst, and nothing lost to rounding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limiter.gate import Outcome, Reason
from tests.unit.gate.bench import Bench, U


def drain(bench: Bench, seconds: float) -> list[float]:
    """Admit at every moment the gate names, for so long; the moments of the admissions."""
    end, moments = bench.now + seconds, []
    while bench.now <= end:
        admission = bench.admit()
        if admission.leases:
            moments.append(admission.now)
            continue
        assert admission.retry_at is not None
        assert admission.retry_at > bench.now, "a named moment lies ahead"
        bench.now = admission.retry_at
    return moments


@pytest.mark.parametrize(("rate", "expected"), [(50.0, 500), (100.2, 1_002), (45.0, 450), (0.7, 7)])
def test_the_whole_rate_is_used(bench: Bench, rate: float, expected: int) -> None:
    bench.configure(requests_per_minute=rate, burst=1)
    bench.offer(*(f"job{number}" for number in range(1_100)))
    assert len(drain(bench, 600.0)) == expected


def test_a_new_memory_starts_empty(bench: Bench) -> None:
    bench.configure(requests_per_minute=60, burst=100)
    bench.offer("a")
    refusal = bench.admit()
    assert (refusal.leases, refusal.reason) == ((), Reason.REQUESTS_PER_MINUTE)
    assert refusal.wait_seconds == 1.0


def test_the_moment_named_is_the_first_at_which_it_works(bench: Bench) -> None:
    bench.configure(requests_per_minute=100.2, burst=3)
    bench.offer("a", "b")
    retry_at = bench.admit().retry_at
    assert retry_at is not None
    bench.now = retry_at - 0.000_002
    assert not bench.admit().leases
    bench.now = retry_at
    assert bench.admit().leases


def test_a_change_gives_no_more_than_it_holds(bench: Bench) -> None:
    bench.configure(requests_per_minute=60, burst=10)
    bench.now += 3_600
    bench.offer(*(f"job{number}" for number in range(50)))
    bench.configure(requests_per_minute=60, burst=40)
    assert len(bench.jobs()) == 10
    bench.now += 3_600
    bench.configure(requests_per_minute=60, burst=4)
    assert len(bench.jobs()) == 4


def test_a_lease_that_was_never_sent_gives_its_request_back(bench: Bench) -> None:
    bench.configure(requests_per_minute=60, burst=1)
    bench.now += 60
    bench.offer("a", "b")
    bench.run(Outcome.RETURNED)
    assert bench.admit().leases


def test_no_limit_is_no_limit(bench: Bench) -> None:
    bench.configure(requests_per_minute=None)
    bench.offer(*(f"job{number}" for number in range(500)))
    assert len(bench.jobs(500)) == 500
    assert bench.gate.status(U).bucket_level is None


@given(
    rate=st.floats(0.5, 5_000),
    burst=st.floats(1, 50),
    pauses=st.lists(st.floats(0, 90), min_size=1, max_size=40),
    k=st.integers(1, 20),
)
def test_never_above_rate_times_time_plus_burst(
    rate: float, burst: float, pauses: list[float], k: int
) -> None:
    bench = Bench()
    bench.configure(requests_per_minute=rate, burst=burst)
    bench.offer(*(f"job{number}" for number in range(900)))
    moments: list[float] = []
    for pause in pauses:
        bench.now += pause
        moments += [bench.now] * len(bench.admit(k).leases)
    allowed = bench.gate.status(U).requests_per_minute or 0.0
    for first in range(len(moments)):
        for last in range(first, len(moments), 7):
            span = moments[last] - moments[first] + 2e-6
            assert last - first + 1 <= burst + allowed / 60 * span + 1e-6
