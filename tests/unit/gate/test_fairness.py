"""Between flows and groups: shares by weight, a stated bound, no credit for idling, no flow held up."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from limiter.gate import FlowPolicy, Outcome, Ticket, Usage
from tests.unit.gate.bench import Bench, U


def served(bench: Bench, jobs: int) -> Counter[str]:
    """Tokens admitted by flow over so many admissions, each settled as it was held."""
    tokens: Counter[str] = Counter()
    for _ in range(jobs):
        (lease,) = bench.admit().leases
        tokens[lease.flow] += lease.tokens
        bench.gate.settle(U, lease.id, Outcome.SUCCESS)
    return tokens


def test_flows_share_tokens_not_turns(bench: Bench) -> None:
    bench.offer(*(f"a{number}" for number in range(200)), flow="ann", tokens=100)
    bench.offer(*(f"b{number}" for number in range(200)), flow="ben", tokens=300)
    tokens = served(bench, 120)
    assert abs(tokens["ann"] - tokens["ben"]) <= 300


def test_weights_divide_the_service(bench: Bench) -> None:
    bench.gate.set_policies(U, flows={"ann": FlowPolicy(1, weight=3.0)}, groups={})
    for flow in ("ann", "ben"):
        bench.offer(*(f"{flow}{number}" for number in range(200)), flow=flow, tokens=100)
    tokens = served(bench, 120)
    assert tokens == {"ann": 9_000, "ben": 3_000}


def test_a_class_of_four_hundred_does_not_crowd_out_a_class_of_twelve(bench: Bench) -> None:
    for number in range(400):
        bench.offer(f"large{number}", flow=f"large{number}", group="large", tokens=100)
    for number in range(12):
        bench.offer(f"small{number}", flow=f"small{number}", group="small", tokens=100)
    first = bench.jobs(24)
    assert sum(job.startswith("small") for job in first) == 12


def test_an_idle_flow_earns_no_credit(bench: Bench) -> None:
    for flow in ("ann", "ben"):
        bench.offer(f"{flow}-early", flow=flow, tokens=100)
    served(bench, 2)
    bench.offer(*(f"ann{number}" for number in range(200)), flow="ann", tokens=100)
    served(bench, 50)
    bench.offer(*(f"ben{number}" for number in range(200)), flow="ben", tokens=100)
    tokens = served(bench, 20)
    assert abs(tokens["ann"] - tokens["ben"]) <= 200


def test_what_a_call_really_used_corrects_its_flow(bench: Bench) -> None:
    for flow in ("ann", "ben"):
        bench.offer(*(f"{flow}{number}" for number in range(200)), flow=flow, tokens=1_000)
    turns: Counter[str] = Counter()
    for _ in range(100):
        (lease,) = bench.admit().leases
        turns[lease.flow] += 1
        used = 250 if lease.flow == "ann" else 1_000
        bench.gate.settle(U, lease.id, Outcome.SUCCESS, Usage(input_tokens=used))
    assert 78 <= turns["ann"] <= 82


def test_work_in_flight_counts(bench: Bench) -> None:
    for flow in ("ann", "ben"):
        bench.offer(*(f"{flow}{number}" for number in range(20)), flow=flow, tokens=500)
    flows = [lease.flow for lease in bench.admit(10).leases]
    assert Counter(flows) == {"ann": 5, "ben": 5}


def test_what_was_returned_is_not_charged(bench: Bench) -> None:
    for flow in ("ann", "ben"):
        bench.offer(*(f"{flow}{number}" for number in range(20)), flow=flow, tokens=500)
    (lease,) = bench.admit().leases
    bench.gate.settle(U, lease.id, Outcome.RETURNED)
    assert bench.admit().leases[0].flow == lease.flow


@given(
    weights=st.tuples(st.sampled_from([0.5, 1.0, 2.0, 5.0]), st.sampled_from([0.5, 1.0, 3.0])),
    costs=st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=60, max_size=60),
    batches=st.lists(st.integers(1, 6), min_size=1, max_size=20),
)
def test_two_backlogged_flows_never_differ_by_more_than_the_bound(
    weights: tuple[float, float], costs: list[tuple[int, int]], batches: list[int]
) -> None:
    """The bound: |W_a/w_a - W_b/w_b| <= max(cost_a)/w_a + max(cost_b)/w_b, at most 2 * max(cost/w)."""
    bench = Bench()
    bench.configure()
    weight = dict(zip("ab", weights, strict=True))
    bench.gate.set_policies(U, flows={flow: FlowPolicy(1, weight[flow]) for flow in "ab"}, groups={})
    for number, pair in enumerate(costs):
        for flow, cost in zip("ab", pair, strict=True):
            bench.gate.offer(U, Ticket(f"{flow}{number}", flow, tokens=cost))
    bound = sum(max(pair[side] for pair in costs) / weights[side] for side in (0, 1))
    service = {"a": 0.0, "b": 0.0}
    for k in batches:
        waiting = bench.gate.status(U).flows
        if min(flow.waiting for flow in waiting.values()) < 6:
            break
        for lease in bench.admit(k).leases:
            service[lease.flow] += lease.tokens / weight[lease.flow]
            bench.gate.settle(U, lease.id, Outcome.SUCCESS)
            assert abs(service["a"] - service["b"]) <= bound + 1e-9
