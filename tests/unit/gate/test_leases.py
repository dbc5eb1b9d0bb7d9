"""Leases: renewed, settled once, expired, and installed again where the memory was lost."""

from __future__ import annotations

from limiter.gate import Outcome, Reason
from tests.unit.gate.bench import Bench, U


def test_a_renewed_lease_does_not_expire(bench: Bench) -> None:
    bench.offer("a")
    leases = bench.admit().leases
    for _ in range(10):
        bench.now += 29
        assert bench.gate.renew(U, leases) == frozenset()
        assert bench.gate.expire(U) == ()


def test_an_expired_lease_is_returned_once_and_frees_its_slot(bench: Bench) -> None:
    bench.configure(max_in_flight=1)
    bench.offer("a", "b")
    (lease,) = bench.admit().leases
    bench.now += 30
    assert bench.admit().reason is Reason.IN_FLIGHT
    assert [ended.id for ended in bench.gate.expire(U)] == [lease.id]
    assert bench.gate.expire(U) == ()
    assert bench.jobs(1) == ["b"]


def test_settling_or_renewing_after_the_end_changes_nothing(bench: Bench) -> None:
    bench.offer("a")
    leases = bench.admit().leases
    assert bench.gate.settle(U, leases[0].id, Outcome.SUCCESS).applied
    before = bench.gate.status(U)
    assert not bench.gate.settle(U, leases[0].id, Outcome.FAILURE).applied
    assert bench.gate.renew(U, leases) == {leases[0].id}
    after = bench.gate.status(U)
    assert (after.in_flight, after.breaker_failures) == (before.in_flight, before.breaker_failures)
    assert after.counters["settled_again"] == 1


def test_acceptance_counts_once(bench: Bench) -> None:
    bench.offer("a", "b")
    ids = [lease.id for lease in bench.admit(2).leases]
    assert bench.gate.accepted(U, [*ids, "unknown"]) == 2
    assert bench.gate.accepted(U, ids) == 0


def test_a_lease_of_a_lost_memory_is_installed_again(bench: Bench) -> None:
    bench.offer("a", "b", tokens=100)
    leases = bench.admit().leases
    restarted = Bench(now=bench.now)
    restarted.configure(max_in_flight=1, flow_in_flight=1)
    restarted.offer("a", "b", tokens=100)
    assert restarted.gate.renew(U, leases) == frozenset()
    status = restarted.gate.status(U)
    assert (status.in_flight, status.waiting, status.flows["ann"].in_flight) == (1, 1, 1)
    assert restarted.admit().reason is Reason.IN_FLIGHT


def test_a_reinstalled_lease_that_ended_is_not_installed_twice(bench: Bench) -> None:
    bench.offer("a")
    leases = bench.admit().leases
    restarted = Bench(now=bench.now)
    restarted.configure()
    restarted.gate.renew(U, leases)
    assert restarted.gate.settle(U, leases[0].id, Outcome.SUCCESS).applied
    assert restarted.gate.renew(U, leases) == {leases[0].id}


def test_a_job_that_runs_under_another_lease_keeps_that_one(bench: Bench) -> None:
    bench.offer("a")
    old = bench.admit().leases
    restarted = Bench(now=bench.now)
    restarted.configure()
    restarted.offer("a")
    restarted.admit()
    assert restarted.gate.renew(U, old) == {old[0].id}


def test_an_outcome_from_a_lost_memory_never_moves_the_breaker(bench: Bench) -> None:
    bench.offer("a")
    leases = bench.admit().leases
    restarted = Bench(now=bench.now)
    restarted.breaker(failures=1)
    restarted.gate.renew(U, leases)
    settled = restarted.gate.settle(U, leases[0].id, Outcome.FAILURE)
    assert (settled.applied, settled.tripped) == (True, False)


def test_a_repeated_admit_returns_what_the_first_one_made(bench: Bench) -> None:
    bench.offer("a", "b", "c")
    first = bench.gate.admit(U, 2, ids=["one", "two"])
    assert bench.gate.admit(U, 2, ids=["one", "two"]).leases == first.leases
    assert bench.gate.status(U).in_flight == 2


def test_an_upstream_without_configuration_admits_nothing() -> None:
    bench = Bench()
    bench.offer("a")
    assert bench.admit().reason is Reason.UNCONFIGURED
