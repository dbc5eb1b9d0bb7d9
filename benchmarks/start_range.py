"""The range that is shown for a job's start against its real start, in virtual time.

    python benchmarks/start_range.py [--seeds 3]

Each job of a simulated night gets a range when it comes in line; later it starts. Printed is how often the
real start lay in the range, how wide the ranges were as a share of the wait, and how far the middle of the
range was off as a share of the wait. Beside it, in the same run, the naive estimate: jobs in line divided by
the rate, given a range of the same width. Jobs that start within a minute are counted apart: they get
"soon", and any error of theirs is seconds.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from limiter.simulation import SCENARIOS
from limiter.simulation.model import Limits, SimulatedRun
from limiter.simulation.policies import POLICIES
from limiter.simulation.station import Station

SOON = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Estimated:
    """The range that one job got, and its real start; seconds from its arrival."""

    earliest: float
    latest: float
    naive: float
    wait: float

    @property
    def width(self) -> float:
        return self.latest - self.earliest

    @property
    def middle(self) -> float:
        return (self.earliest + self.latest) / 2

    @property
    def held(self) -> bool:
        return self.earliest - 1 <= self.wait <= self.latest + 1

    @property
    def naive_held(self) -> bool:
        return abs(self.wait - self.naive) <= self.width / 2 + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    seeds = parser.parse_args().seeds
    print(f"{'':16} {'jobs':>7} {'soon':>6}  {'in the range':>13} {'(naive)':>8}", end="")
    print(f"  {'width / wait':>12}  {'error / wait':>12} {'(naive)':>8}  {'early':>6} {'late':>6}")
    for name in ("steady", "deadline_night", "flood"):
        estimates = [each for seed in range(seeds) for each in night(name, seed)]
        report(name, estimates)


def night(name: str, seed: int) -> list[Estimated]:
    scenario, limits = SCENARIOS[name], Limits()
    size = scenario.size()
    station = Station(
        scenario.jobs(size, seed),
        plan=scenario.plan(size),
        policy=POLICIES["fair"],
        limits=limits,
        seed=seed,
    )
    return list(_estimates(station.run().runs, limits))


def _estimates(runs: Iterable[SimulatedRun], limits: Limits) -> Iterable[Estimated]:
    for run in runs:
        place, came = run.place, run.job.arrives
        if place is None or place.earliest is None or place.latest is None or run.started is None:
            continue
        naive = run.ahead / limits.rate * 60
        yield Estimated(place.earliest - came, place.latest - came, naive, run.started - came)


def report(name: str, estimates: Sequence[Estimated]) -> None:
    waited = [each for each in estimates if each.wait >= SOON]
    soon = len(estimates) - len(waited)

    def share(true: Iterable[bool]) -> float:
        return 100 * sum(true) / len(waited)

    print(
        f"{name:16} {len(estimates):7,} {soon:6,}  {share(each.held for each in waited):11.1f} %"
        f" {share(each.naive_held for each in waited):6.1f} %"
        f"  {statistics.median(each.width / each.wait for each in waited):12.2f}"
        f"  {statistics.median(abs(each.middle - each.wait) / each.wait for each in waited):12.2f}"
        f" {statistics.median(abs(each.naive - each.wait) / each.wait for each in waited):8.2f}"
        f"  {share(each.wait < each.earliest - 1 for each in waited):4.1f} %"
        f" {share(each.wait > each.latest + 1 for each in waited):4.1f} %"
    )


if __name__ == "__main__":
    main()
