"""How long the scenarios of `simulate` take, and whether they tell the truth.

    PYTHONPATH=. python benchmarks/simulation.py [--scenario deadline_night]
    PYTHONPATH=. python benchmarks/simulation.py --stack [--speed 20] [--part 1]

CPU seconds are what one processor would take on a machine with no other work.

With --stack: deadline night, simulated and on the real stack (the gate in Redis, boto3, the Bedrock
simulator, durations divided by `speed` and rates multiplied by it), side by side. `--part 5` takes a fifth of
everybody and everything, at a fifth of the rate: the same night, with calls few enough for a busy machine.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence

from _stack import played

from limiter.simulation import POLICIES, SCENARIOS, Limits, compare
from limiter.simulation.figures import Figures, figures

AIMS = {"deadline_night": 10.0}  # seconds, all policies together
NIGHT = "deadline_night"
AIM = 0.1  # of difference

FIGURES: Sequence[tuple[str, Callable[[Figures], float | None]]] = (
    ("all done, s", lambda each: each.makespan),
    ("calls a minute", lambda each: each.per_minute),
    ("quota used while work waited", lambda each: each.quota_used),
    ("in flight, mean", lambda each: each.in_flight_mean),
    ("in flight, most", lambda each: each.in_flight_max),
    ("wait p50, s", lambda each: each.wait.p50),
    ("wait p95, s", lambda each: each.wait.p95),
    ("wait, mean, s", lambda each: each.wait.mean),
    ("whole document p50, s", lambda each: each.document.p50),
    ("whole document p95, s", lambda each: each.document.p95),
    ("Jain's index", lambda each: each.jain),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS), help="default: all")
    parser.add_argument("--stack", action="store_true", help="deadline night beside the real stack")
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--part", type=int, default=1, help="of the night, as a divisor")
    parser.add_argument("--policy", default="fair", choices=["bucket", "breaker", "fair", "adaptive"])
    options = parser.parse_args()
    if options.stack:
        side_by_side(options.policy, options.speed, options.part)
        return
    print(
        f"{'scenario':16} {'sections':>8} {'calls':>8} {'wall s':>7} {'CPU s':>6} {'aim':>5} {'calls/s':>9}"
    )
    for name in options.scenario or SCENARIOS:
        measure(name)


def measure(name: str) -> None:
    comparison = compare(SCENARIOS[name], at_once=os.cpu_count() or 1)
    calls = sum(result.figures.calls for result in comparison.results)
    aim = f"{AIMS[name]:.0f}" if name in AIMS else ""
    print(
        f"{name:16} {comparison.jobs:8,} {calls:8,} {comparison.seconds:7.1f} {comparison.cpu_seconds:6.1f}"
        f" {aim:>5} {calls / comparison.cpu_seconds:9,.0f}"
    )


def side_by_side(name: str, speed: float, part: int, seed: int = 1) -> None:
    usual, scenario, policy = Limits(), SCENARIOS[NIGHT], POLICIES[name]
    limits = Limits(usual.rate / part, usual.burst, usual.slots // part, usual.processes)
    size = scenario.size(scenario.students // part, quota=usual.rate / part)
    (simulated,) = compare(scenario, size=size, limits=limits, policies=[policy], seed=seed).results
    plan = scenario.plan(size)
    trace = played(scenario.jobs(size, seed), plan=plan, policy=policy, limits=limits, speed=speed, seed=seed)
    ours, real = simulated.figures, figures(trace, plan)
    print(f"{'':30} {'simulated':>10} {'real stack':>10} {'difference':>10}   aim under {AIM:.0%}")
    for title, figure in FIGURES:
        print(_row(title, figure(ours), figure(real)))
    for title, shares in (
        ("throttled", (ours.throttled, real.throttled)),
        ("succeeded", (ours.succeeded, real.succeeded)),
    ):
        print(f"{title:30} {shares[0] or 0:10.2%} {shares[1] or 0:10.2%}")


def _row(title: str, simulated: float | None, real: float | None) -> str:
    if simulated is None or real is None:
        return f"{title:30} {'-':>10} {'-':>10}"
    difference = abs(real - simulated) / simulated if simulated else abs(real)
    return f"{title:30} {simulated:10,.2f} {real:10,.2f} {difference:10.1%}"


if __name__ == "__main__":
    main()
