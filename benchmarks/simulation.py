"""How long the scenarios of `simulate` take, all policies together.

    python benchmarks/simulation.py [--scenario deadline_night]

CPU seconds are what the wall clock would say on a machine that nobody else uses.
"""

from __future__ import annotations

import argparse

from limiter.simulation import SCENARIOS, compare

AIMS = {"deadline_night": 10.0}  # seconds, all policies together


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS), help="default: all")
    options = parser.parse_args()
    print(
        f"{'scenario':16} {'sections':>8} {'calls':>8} {'wall s':>7} {'CPU s':>6} {'aim':>5} {'calls/s':>9}"
    )
    for name in options.scenario or SCENARIOS:
        measure(name)


def measure(name: str) -> None:
    comparison = compare(SCENARIOS[name])
    calls = sum(result.figures.calls for result in comparison.results)
    aim = f"{AIMS[name]:.0f}" if name in AIMS else ""
    print(
        f"{name:16} {comparison.jobs:8,} {calls:8,} {comparison.seconds:7.1f} {comparison.cpu_seconds:6.1f}"
        f" {aim:>5} {calls / comparison.cpu_seconds:9,.0f}"
    )


if __name__ == "__main__":
    main()
