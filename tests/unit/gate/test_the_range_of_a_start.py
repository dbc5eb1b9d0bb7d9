"""When a waiting job is expected to start: from what may pass now, and how it goes on from there."""

from __future__ import annotations

import pytest

from limiter.gate import FlowPolicy, Outcome, StartEstimate, Ticket
from tests.unit.gate.bench import Bench, U


def last_place(bench: Bench, *flows: str, jobs: int) -> StartEstimate:
    """Where the last of so many jobs of each flow stands."""
    for flow in flows:
        for number in range(jobs):
            place = bench.gate.offer(U, Ticket(f"{flow}{number}", flow, tokens=100))
    return place


def test_it_reaches_from_few_rounds_to_many(bench: Bench) -> None:
    """The next start is 1 s away and one follows each second."""
    bench.configure(requests_per_minute=60, burst=1)
    place = last_place(bench, "ann", "ben", jobs=3)
    assert place.ahead == 2
    assert place.earliest == bench.now + 1 + 0.75 * 4  # two rounds of two flows
    assert place.latest == bench.now + 1 + 1.5 * 9  # three rounds of three


def test_what_is_free_starts_at_once(bench: Bench) -> None:
    bench.configure(requests_per_minute=60, burst=20)
    bench.now += 20
    place = last_place(bench, "ann", jobs=3)
    assert (place.earliest, place.latest) == (bench.now, bench.now)


def test_tokens_tell_as_requests_do(bench: Bench) -> None:
    bench.configure(tokens_per_minute=600, tokens_burst=200)
    bench.now += 20
    place = last_place(bench, "ann", jobs=3)
    assert place.earliest == bench.now + 0.75 * 10  # two pass at once, the third 10 s later
    assert place.latest == bench.now + 1.5 * 50


def test_what_a_flow_may_do_moves_its_start(bench: Bench) -> None:
    bench.configure(requests_per_minute=6_000, burst=100)
    bench.now += 60
    bench.gate.set_policies(U, flows={"ann": FlowPolicy(1, requests_per_minute=6)}, groups={})
    place = last_place(bench, "ann", jobs=5)
    assert place.earliest == bench.now + 0.75 * 40
    assert place.latest == bench.now + 1.5 * 50


@pytest.mark.parametrize("cap", ["max_in_flight", "flow_in_flight"])
def test_slots_become_free_as_calls_end(bench: Bench, cap: str) -> None:
    bench.configure(**{cap: 2}, requests_per_minute=60_000, burst=1_000)
    bench.now += 60
    bench.offer("first")
    (lease,) = bench.admit().leases
    bench.now += 100
    bench.gate.settle(U, lease.id, Outcome.SUCCESS)
    place = last_place(bench, "ann", jobs=5)
    assert place.earliest == bench.now + 0.75 * 3 * 50  # two at once, then one in 50 s


def test_without_a_limit_there_is_no_guess(bench: Bench) -> None:
    place = last_place(bench, "ann", jobs=3)
    assert (place.earliest, place.latest) == (None, None)
