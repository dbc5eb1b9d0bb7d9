"""What finding a rise sooner costs: the adaptive rate with other times between its looks, over drawn traces.

    PYTHONPATH=. python benchmarks/frontier.py [--look 3 4 5 7 10] [--first 300] [--count 30] [--base 30]

For each number of recoveries from one look to the next: worth, throttled and converged (as in
benchmarks/adaptive.py) over traces of consecutive seeds, as mean and as the range from the tenth to the
ninetieth percentile. Beside it the least that any law could throttle that looks as often, were a look all
that is ever throttled: one throttle a look.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import fmean, quantiles

from _quota_contenders import BOTOCORE, Options
from _quota_traces import DIP, drawn
from _quota_virtual import simulated
from adaptive import converged, overall

from limiter.gate.memory import control

RECOVERY = 60.0  # seconds
PHASE, SPEED = 90.0, 20.0


@dataclass(frozen=True, slots=True)
class Found:
    """Of one trace."""

    worth: float
    throttled: float
    converged: float  # simulated seconds, mean over the phases
    least: float  # throttled by one call a look and nothing else


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--look", type=float, nargs="*", default=[3.0, 4.0, 5.0, 7.0, 10.0])
    parser.add_argument("--first", type=int, default=300, help="seed")
    parser.add_argument("--count", type=int, default=30, help="of traces")
    parser.add_argument("--base", type=float, default=30.0, help="requests a minute")
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.count)
    print(f"{'look':>9}  {'worth':^20}  {'throttled':^20} {'least':>6}  {'converged':^20}")
    with ProcessPoolExecutor(2) as pool:
        for look in arguments.look:
            ours = pool.map(partial(found, "ours", arguments.base, look), seeds)
            show(f"{look * RECOVERY:.0f} s", list(ours))
        show("botocore", list(pool.map(partial(found, BOTOCORE, arguments.base, control.LOOK), seeds)))


def found(contender: str, base: float, look: float, seed: int) -> Found:
    control.LOOK = look
    options = Options(PHASE, SPEED, base, drawn(seed))
    phases, seen = simulated(contender, options)
    whole, times = overall(phases, seen), []
    for phase in phases:
        if phase.quota * 60 / SPEED >= DIP * base:
            since = converged(phase, seen, options)
            times.append(((phase.end if since is None else since) - phase.start) * SPEED)
    looks = (phases[-1].end - phases[0].start) * SPEED / (look * RECOVERY)
    return Found(whole.worth, whole.throttled, fmean(times), looks / len(seen.taken))


def show(name: str, each: Sequence[Found]) -> None:
    worth = spread([one.worth * 100 for one in each], ".1f")
    throttled = spread([one.throttled * 100 for one in each], ".2f")
    times = spread([one.converged for one in each], ".0f")
    print(f"{name:>9}  {worth:20}  {throttled:20} {fmean(one.least for one in each):6.2%}  {times:20}")


def spread(values: Sequence[float], form: str) -> str:
    tenths = quantiles(values, n=10)
    return f"{fmean(values):{form}} ({tenths[0]:{form}} to {tenths[-1]:{form}})"


if __name__ == "__main__":
    main()
