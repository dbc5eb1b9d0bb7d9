"""What one flow may run at once, and that it never costs another anything."""

from __future__ import annotations

from limiter.gate import FlowPolicy, Outcome, Reason
from tests.unit.gate.bench import Bench, U


def test_a_flow_that_may_not_run_now_never_holds_up_another(bench: Bench) -> None:
    bench.configure(flow_in_flight=2)
    bench.offer(*(f"ann{number}" for number in range(50)), flow="ann")
    bench.offer("ben", flow="ben")
    assert sorted(bench.jobs()) == ["ann0", "ann1", "ben"]
    assert bench.admit().reason is Reason.FLOW_IN_FLIGHT


def test_a_blocked_flow_is_unblocked_when_one_of_its_jobs_ends(bench: Bench) -> None:
    bench.configure(flow_in_flight=1)
    bench.offer("a", "b")
    (lease,) = bench.admit(2).leases
    assert bench.gate.status(U).flows["ann"].blocked
    bench.gate.settle(U, lease.id, Outcome.SUCCESS)
    assert bench.jobs() == ["b"]


def test_the_cap_counts_over_all_groups_of_a_flow(bench: Bench) -> None:
    bench.configure(flow_in_flight=2)
    for group in ("maths", "prose", "music"):
        bench.offer(f"{group}1", f"{group}2", flow="ann", group=group)
    assert len(bench.jobs()) == 2


def test_a_policy_overrides_the_upstreams_cap_at_the_next_decision(bench: Bench) -> None:
    bench.configure(flow_in_flight=1)
    bench.offer(*(f"job{number}" for number in range(9)))
    assert len(bench.jobs()) == 1
    bench.gate.set_policies(U, flows={"ann": FlowPolicy(1, max_in_flight=4)}, groups={})
    assert len(bench.jobs()) == 3


def test_an_older_policy_changes_nothing(bench: Bench) -> None:
    bench.gate.set_policies(U, flows={"ann": FlowPolicy(5, max_in_flight=2)}, groups={})
    bench.gate.set_policies(U, flows={"ann": FlowPolicy(4, max_in_flight=9)}, groups={})
    bench.offer(*(f"job{number}" for number in range(9)))
    assert len(bench.jobs()) == 2


def test_a_flow_with_a_cap_of_nothing_is_suspended(bench: Bench) -> None:
    bench.gate.set_policies(U, flows={"ann": FlowPolicy(1, max_in_flight=0)}, groups={})
    bench.offer("a")
    assert bench.admit().reason is Reason.FLOW_IN_FLIGHT
    bench.gate.set_policies(U, flows={"ann": FlowPolicy(2)}, groups={})
    assert bench.jobs() == ["a"]


def test_a_lower_cap_acts_on_flows_that_run_more(bench: Bench) -> None:
    bench.offer(*(f"job{number}" for number in range(9)))
    assert len(bench.jobs(4)) == 4
    bench.configure(flow_in_flight=2)
    assert bench.admit().reason is Reason.FLOW_IN_FLIGHT


def test_the_in_flight_cap_of_the_upstream_is_named(bench: Bench) -> None:
    bench.configure(max_in_flight=2, requests_per_minute=1)
    bench.now += 600
    bench.configure(requests_per_minute=None)
    bench.offer("a", "b", "c")
    refused = bench.admit(3)
    assert (len(refused.leases), refused.reason) == (2, Reason.IN_FLIGHT)
