"""The breaker: what trips it, the calls that may probe, and the outcomes that move it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limiter.gate import BreakerMode, BreakerState, FlowPolicy, Lease, Outcome, Reason
from tests.unit.gate.bench import Bench, U


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.breaker(failures=3, open_seconds=60, open_max_seconds=300, jitter=0.0)
    bench.offer(*(f"job{number:03}" for number in range(100)), tokens=500)
    return bench


def trip(bench: Bench, retry_after: float = 0.0) -> None:
    leases = bench.admit(3).leases
    for lease in leases:
        settled = bench.gate.settle(U, lease.id, Outcome.FAILURE, retry_after=retry_after)
    assert settled.tripped


def probe(bench: Bench) -> Lease:
    (lease,) = bench.admit(5).leases
    assert lease.probe
    return lease


def test_failures_in_a_row_open_it_and_the_refusal_says_until_when(bench: Bench) -> None:
    trip(bench)
    refusal = bench.admit()
    assert (refusal.reason, refusal.wait_seconds) == (Reason.BREAKER_OPEN, 60.0)


def test_a_success_between_failures_starts_the_count_again(bench: Bench) -> None:
    for outcome in [Outcome.FAILURE, Outcome.FAILURE, Outcome.SUCCESS, Outcome.FAILURE, Outcome.FAILURE]:
        bench.run(outcome)
    assert bench.gate.status(U).breaker is BreakerState.CLOSED


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.REJECTED, Outcome.RETURNED])
def test_what_is_not_the_providers_failure_never_feeds_it(bench: Bench, outcome: Outcome) -> None:
    for _ in range(20):
        bench.run(outcome)
    assert bench.gate.status(U).breaker_failures == 0


def test_half_open_lets_one_probe_out_however_long_it_takes(bench: Bench) -> None:
    trip(bench)
    bench.now += 60
    lease = probe(bench)
    for _ in range(18):
        bench.now += 10
        assert not bench.gate.renew(U, [lease])
        assert bench.admit(5).reason is Reason.BREAKER_PROBING


def test_a_probe_of_a_dead_worker_makes_room_for_another(bench: Bench) -> None:
    trip(bench)
    bench.now += 60
    probe(bench)
    bench.now += 31
    assert bench.admit().reason is Reason.BREAKER_PROBING
    assert len(bench.gate.expire(U)) == 1
    probe(bench)


def test_the_cheapest_job_that_may_run_is_the_probe(bench: Bench) -> None:
    trip(bench)
    bench.gate.set_policies(U, flows={"cleo": FlowPolicy(1, max_in_flight=0)}, groups={})
    bench.offer("small", flow="ben", tokens=20)
    bench.offer("suspended", flow="cleo", tokens=10)
    bench.now += 60
    assert probe(bench).job == "small"


def test_a_probe_that_succeeds_closes_it(bench: Bench) -> None:
    trip(bench)
    bench.now += 60
    settled = bench.gate.settle(U, probe(bench).id, Outcome.SUCCESS)
    assert (settled.healed, settled.breaker) == (True, BreakerState.CLOSED)
    assert len(bench.jobs(5)) == 5


def test_the_open_time_grows_with_each_failed_probe_up_to_its_maximum(bench: Bench) -> None:
    trip(bench)
    waits = []
    for _ in range(5):
        wait = bench.admit().wait_seconds
        assert wait is not None
        waits.append(wait)
        bench.now += wait
        assert bench.gate.settle(U, probe(bench).id, Outcome.FAILURE).tripped
    assert waits == [60, 120, 240, 300, 300]


def test_a_throttled_probe_lengthens_the_open_time_too(bench: Bench) -> None:
    trip(bench)
    waits = []
    for _ in range(4):
        wait = bench.admit().wait_seconds
        assert wait is not None
        waits.append(wait)
        bench.now += wait
        assert bench.gate.settle(U, probe(bench).id, Outcome.THROTTLED).tripped
        assert bench.admit().reason is Reason.BREAKER_OPEN
    assert waits == [60, 120, 240, 300]


def test_jitter_lengthens_the_open_time_by_the_share_that_is_set(bench: Bench) -> None:
    bench.breaker(failures=3, open_seconds=60, open_max_seconds=300, jitter=0.5)
    bench.chance = 0.5
    trip(bench)
    assert bench.admit().wait_seconds == 75.0


def test_the_providers_retry_after_is_waited_for(bench: Bench) -> None:
    trip(bench, retry_after=200.0)
    assert bench.admit().wait_seconds == 200.0


def test_outcomes_from_before_a_transition_never_move_it(bench: Bench) -> None:
    early = bench.admit(4).leases
    trip(bench)
    bench.now += 60
    lease = probe(bench)
    for old in early:
        settled = bench.gate.settle(U, old.id, Outcome.FAILURE)
        assert (settled.applied, settled.tripped) == (True, False)
    assert bench.gate.settle(U, lease.id, Outcome.SUCCESS).healed


def test_an_operator_forces_it_open_and_the_state_starts_afresh_after(bench: Bench) -> None:
    bench.breaker(mode=BreakerMode.FORCED_OPEN)
    refusal = bench.admit()
    assert (refusal.reason, refusal.retry_at) == (Reason.BREAKER_OPEN, None)
    bench.breaker(mode=BreakerMode.AUTO)
    assert bench.admit().leases


@pytest.mark.parametrize("mode", [BreakerMode.FORCED_CLOSED, BreakerMode.DISABLED])
def test_forced_closed_and_disabled_never_refuse(bench: Bench, mode: BreakerMode) -> None:
    bench.breaker(mode=mode, failures=1)
    for _ in range(10):
        bench.run(Outcome.FAILURE)
    assert bench.gate.status(U).breaker is BreakerState.CLOSED


def test_observing_moves_through_the_states_and_never_refuses(bench: Bench) -> None:
    bench.breaker(mode=BreakerMode.OBSERVE, failures=1)
    bench.run(Outcome.FAILURE)
    assert bench.gate.status(U).breaker is BreakerState.OPEN
    assert len(bench.jobs(5)) == 5


@given(
    probes=st.integers(1, 3),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["admit", "settle", "expire", "wait"]),
            st.integers(0, 100),
            st.sampled_from([Outcome.SUCCESS, Outcome.FAILURE, Outcome.FAILURE, Outcome.RETURNED]),
        ),
        max_size=120,
    ),
)
def test_probes_in_flight_never_exceed_the_number_set(
    probes: int, steps: list[tuple[str, int, Outcome]]
) -> None:
    bench = Bench()
    bench.breaker(failures=1, open_seconds=20, open_max_seconds=40, probes=probes, successes=2)
    bench.offer(*(f"job{number}" for number in range(400)))
    alive: list[Lease] = []
    for step, number, outcome in steps:
        if step == "admit":
            alive += bench.admit(number % 5 + 1).leases
        elif step == "settle" and alive:
            bench.gate.settle(U, alive.pop(number % len(alive)).id, outcome)
        elif step == "expire":
            ended = {lease.id for lease in bench.gate.expire(U)}
            alive = [lease for lease in alive if lease.id not in ended]
        else:
            bench.now += number
        assert sum(lease.probe for lease in alive) <= probes
