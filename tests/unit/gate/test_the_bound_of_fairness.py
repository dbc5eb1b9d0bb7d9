"""How far apart two that wait together can come in what they are served, whatever happens meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from limiter.gate import FlowPolicy, Lease, Outcome, Ticket, Usage
from tests.unit.gate.bench import Bench, U

NAMES = "abc"
weights = st.sampled_from([0.5, 1.0, 2.0, 5.0])
costs = st.integers(1, 900)
events = st.one_of(
    st.tuples(st.just("arrive"), st.sampled_from(NAMES), st.integers(1, 8), costs, st.floats(0.1, 1.5)),
    st.tuples(st.just("admit"), st.integers(1, 6)),
    st.tuples(st.just("settle"), st.integers(0, 50)),
    st.tuples(st.just("cancel"), st.integers(0, 50)),
)


@dataclass
class Work:
    flow: str
    held: int
    used: int


@dataclass
class Watched:
    """A gate, what each was served, and the spans through which two waited together."""

    weight: dict[str, float]
    level: str = "flow"  # or "group": what is compared
    bench: Bench = field(default_factory=Bench)
    work: dict[str, Work] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    running: list[Lease] = field(default_factory=list)
    served: dict[str, float] = field(default_factory=lambda: defaultdict(float))  # by what is really used
    most: dict[str, float] = field(default_factory=lambda: defaultdict(float))  # of one job
    wrong: float = 0.0  # the most by which estimates of what was in flight were wrong together
    since: dict[tuple[str, str], float] = field(default_factory=dict)  # difference when both began to wait

    def __post_init__(self) -> None:
        self.bench.configure()
        if self.level == "group":
            self.bench.gate.set_policies(U, flows={}, groups=self.weight)
        else:
            policies = {flow: FlowPolicy(1, weight) for flow, weight in self.weight.items()}
            self.bench.gate.set_policies(U, flows=policies, groups={})

    def arrive(self, flow: str, jobs: int, held: int, share: float) -> None:
        for _ in range(jobs):
            job = f"{flow}{len(self.work)}"
            self.work[job] = Work(flow, held, max(1, int(held * share)))
            self.waiting[flow].append(job)
            self.offer(job)

    def offer(self, job: str) -> None:
        """In groups each job is of another of three flows."""
        work = self.work[job]
        ticket = Ticket(job, work.flow, tokens=work.held)
        if self.level == "group":
            ticket = Ticket(job, f"{work.flow}{len(self.work) % 3}", group=work.flow, tokens=work.held)
        self.bench.gate.offer(U, ticket)

    def admit(self, k: int) -> None:
        for _ in range(k):
            for lease in self.bench.admit().leases:
                self.start(lease)

    def start(self, lease: Lease) -> None:
        work = self.work[lease.job]
        weight = self.weight[work.flow]
        self.running.append(lease)
        self.waiting[work.flow].remove(lease.job)
        self.served[work.flow] += work.used / weight
        self.most[work.flow] = max(self.most[work.flow], max(work.held, work.used) / weight)
        self.wrong = max(self.wrong, sum(self.error(each) for each in self.running))
        self.check()
        self.look()

    def error(self, lease: Lease) -> float:
        work = self.work[lease.job]
        return abs(work.held - work.used) / self.weight[work.flow]

    def settle(self, choice: int) -> None:
        if self.running:
            lease = self.running.pop(choice % len(self.running))
            usage = Usage(input_tokens=self.work[lease.job].used)
            self.bench.gate.settle(U, lease.id, Outcome.SUCCESS, usage)

    def cancel(self, choice: int) -> None:
        waiting = sorted(job for jobs in self.waiting.values() for job in jobs)
        if waiting:
            job = waiting[choice % len(waiting)]
            self.waiting[self.work[job].flow].remove(job)
            assert self.bench.gate.cancel(U, job)

    def look(self) -> None:
        """Note which pairs wait together now."""
        for pair in combinations(NAMES, 2):
            if not all(self.waiting[flow] for flow in pair):
                self.since.pop(pair, None)
            elif pair not in self.since:
                self.since[pair] = self.served[pair[0]] - self.served[pair[1]]

    def check(self) -> None:
        for (one, other), before in self.since.items():
            apart = abs(self.served[one] - self.served[other] - before)
            bound = self.most[one] + self.most[other] + 2 * self.wrong
            assert apart <= bound + 1e-6, f"{one} and {other} are {apart} apart, the bound is {bound}"


@given(
    level=st.sampled_from(["flow", "group"]),
    weights=st.tuples(weights, weights, weights),
    happens=st.lists(events, min_size=20, max_size=80),
)
def test_two_that_wait_together_stay_within_the_bound(
    level: str, weights: tuple[float, ...], happens: list[tuple[object, ...]]
) -> None:
    """Over any span: the greatest job of each, and twice what estimates in flight were ever wrong by."""
    watched = Watched(dict(zip(NAMES, weights, strict=True)), level)
    for name, *values in happens:
        getattr(watched, str(name))(*values)
        watched.look()


@given(documents=st.lists(st.sampled_from(["", "essay", "report", "thesis"]), min_size=20, max_size=20))
def test_splitting_work_over_documents_gains_nothing(documents: list[str]) -> None:
    def turns(of_ann: Sequence[str]) -> list[str]:
        bench = Bench()
        bench.configure()
        for number, document in enumerate(of_ann):
            bench.offer(f"a{number}", flow="ann", document=document, tokens=100)
            bench.offer(f"b{number}", flow="ben", document="one", tokens=100)
        return [lease.flow for lease in bench.admit(2 * len(of_ann)).leases]

    assert turns(documents) == turns(["one"] * len(documents))


def test_what_came_back_to_others_is_not_held_against_a_newcomer() -> None:
    """A provider that fails gives everything back: old flows are where they were, and so is a new one."""
    bench = Bench()
    bench.configure()
    bench.offer(*(f"a{number}" for number in range(60)), flow="ann", group="large", tokens=1_000)
    for lease in bench.admit(30).leases:
        bench.gate.settle(U, lease.id, Outcome.RETURNED)
    bench.offer("b", flow="ben", group="large", tokens=1_000)
    bench.offer("c", flow="cem", group="small", tokens=1_000)
    assert {"b", "c"} <= set(bench.jobs(4))
