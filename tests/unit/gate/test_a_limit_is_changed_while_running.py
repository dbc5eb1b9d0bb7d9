"""Another algorithm behind a limit that is in use: what was spent stays spent, what is to come comes."""

from __future__ import annotations

from itertools import permutations

import pytest

from limiter.algorithms.limits import Algorithm
from limiter.gate import Reason
from tests.unit.gate.bench import Bench, U

RATE, BURST = 60, 10
WINDOWS = (Algorithm.FIXED_WINDOW, Algorithm.SLIDING_LOG, Algorithm.SLIDING_COUNTER)


def burst_of(algorithm: Algorithm) -> int:
    """A window lets its whole minute through at once."""
    return RATE if algorithm in WINDOWS else BURST


def admitted(bench: Bench, seconds: int) -> int:
    total = 0
    for _ in range(seconds):
        bench.now += 1
        total += len(bench.admit(100).leases)
    return total


@pytest.mark.parametrize(("old", "new"), list(permutations(Algorithm, 2)))
def test_a_change_loses_and_gifts_at_most_one_burst(old: Algorithm, new: Algorithm) -> None:
    bench = Bench()
    bench.configure(requests_per_minute=RATE, burst=BURST, requests_algorithm=old)
    bench.offer(*(f"job{number}" for number in range(500)))
    assert admitted(bench, 150)
    most = max(burst_of(old), burst_of(new))
    bench.configure(requests_algorithm=new)
    assert bench.gate.status(U).levels[Reason.REQUESTS_PER_MINUTE].free <= 1, "nothing was free a moment ago"
    assert abs(admitted(bench, 150) - 150) <= most
