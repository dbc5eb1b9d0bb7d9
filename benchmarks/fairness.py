"""Fairness in figures: the whole gate in virtual time, beside first come first served in the same run.

    python benchmarks/fairness.py

Served is what calls really used, counted while everybody compared still had work in line. A light user sends
one section; an empty line is the same without the heavy user. A document takes from its arrival to the end of
its last section; the mean is over all but the one that floods.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from limiter.gate import FlowPolicy
from limiter.gate.memory import MemoryGate
from limiter.operations.fairness import jain
from limiter.simulation import SCENARIOS
from limiter.simulation.model import Job, Limits, Trace
from limiter.simulation.policies import POLICIES, UPSTREAM, Policy
from limiter.simulation.provider import ProviderPlan, Quota
from limiter.simulation.station import Station
from limiter.simulation.workload import HOUR, document, in_order

LIMITS = Limits()  # 30 requests a minute, 90 slots
HEAVY = 10_000  # sections of the heavy user


@dataclass(frozen=True, slots=True)
class Weighted(Policy):
    """The whole gate, with users of unequal weights."""

    weights: Mapping[str, float] = field(default_factory=dict)

    def prepare(self, gate: MemoryGate) -> None:
        flows = {user: FlowPolicy(1, weight) for user, weight in self.weights.items()}
        gate.set_policies(UPSTREAM, flows=flows, groups={})


def main() -> None:
    equals()
    shares()
    light_beside_heavy()
    whole_documents()


def equals() -> None:
    for users, each in ((10, 400), (50, 80)):
        served = served_while_all_wait(run(backlog({f"u{n}": each for n in range(users)}), POLICIES["fair"]))
        print(f"{users} equals, {each} sections each: Jain's index {jain(list(served.values())):.4f}")


def shares() -> None:
    weights = {f"u{weight}{twin}": float(weight) for weight in (1, 2, 3, 4) for twin in "ab"}
    policy = Weighted("fair", "", "", breaker=True, fair=True, weights=weights)
    served = served_while_all_wait(run(backlog(dict.fromkeys(weights, 800)), policy))
    total, all_weights = sum(served.values()), sum(weights.values())
    off = {user: served[user] / total / (weights[user] / all_weights) - 1 for user in weights}
    print(f"weights 1, 2, 3, 4, two users each: shares off by at most {max(map(abs, off.values())):.2%}")


def light_beside_heavy() -> None:
    lights = _light_users()
    heavy = backlog({"heavy": HEAVY}, course="course-0")
    call = statistics.fmean(job.seconds for job in lights)
    for title, jobs in (
        (f"beside {HEAVY:,} of another", in_order(heavy + lights)),
        ("an empty line", lights),
    ):
        runs = [each for each in run(jobs, POLICIES["fair"]).runs if each.job.kind == "light"]
        waits = [each.started - each.job.arrives for each in runs if each.started is not None]
        print(
            f"light user, {title}: waits {statistics.median(waits):.1f} s, at most {max(waits):.1f} s"
            f" (a call takes {call:.0f} s)"
        )


def _light_users() -> list[Job]:
    chance = Random(1)
    jobs = []
    for number in range(120):
        jobs += document(
            chance, user=f"light{number}", kind="light", course=f"course-{number % 5}",
            arrives=chance.uniform(600, 3 * HOUR), sections=1,
        )  # fmt: skip
    return in_order(jobs)


def whole_documents() -> None:
    for name in ("deadline_night", "flood"):
        scenario = SCENARIOS[name]
        size = scenario.size()
        jobs = scenario.jobs(size, seed=0)
        for title, policy in (("fair choice", "fair"), ("first come first served", "breaker")):
            took = minutes_by_kind(run(jobs, POLICIES[policy], scenario.plan(size)))
            students = [each for kind, times in took.items() if kind != "flood" for each in times]
            kinds = ", ".join(f"{kind} {statistics.fmean(took[kind]):.0f}" for kind in sorted(took))
            print(f"{name}, {title}: {statistics.fmean(students):.1f} min to a whole document ({kinds})")


def run(jobs: Sequence[Job], policy: Policy, plan: ProviderPlan | None = None) -> Trace:
    plan = plan or ProviderPlan(quotas=(Quota(LIMITS.rate),))
    return Station(jobs, plan=plan, policy=policy, limits=LIMITS, seed=0).run()


def backlog(sections: Mapping[str, int], course: str = "course") -> list[Job]:
    """Everything there from the start."""
    chance = Random(0)
    return [
        job
        for user, many in sections.items()
        for job in document(chance, user=user, kind="heavy", course=course, arrives=0.0, sections=many)
    ]


def served_while_all_wait(trace: Trace) -> dict[str, float]:
    last_start: dict[str, float] = defaultdict(float)
    for each in trace.runs:
        last_start[each.job.user] = max(last_start[each.job.user], each.started or trace.end)
    until, users = min(last_start.values()), {each.job.id: each.job.user for each in trace.runs}
    served: dict[str, float] = defaultdict(float)
    for call in trace.calls:
        if call.start < until:
            served[users[call.job]] += call.tokens
    return served


def minutes_by_kind(trace: Trace) -> dict[str, list[float]]:
    ends: dict[str, float] = defaultdict(float)
    arrived, kinds = {}, {}
    for each in trace.runs:
        ends[each.job.document] = max(ends[each.job.document], each.ended or trace.end)
        arrived[each.job.document], kinds[each.job.document] = each.job.arrives, each.job.kind
    took: dict[str, list[float]] = defaultdict(list)
    for name, end in ends.items():
        took[kinds[name]].append((end - arrived[name]) / 60)
    return took


if __name__ == "__main__":
    main()
