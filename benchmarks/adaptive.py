"""A rate that tunes itself against an unknown quota: ours beside three others, in one run.

    PYTHONPATH=. python benchmarks/adaptive.py --virtual [--phase 90] [--speed 20] [--base 30]
                                               [--trace halves|steps|drawn|all] [--seed 7 8 9]

The hidden quota begins at `base` a minute, for which everybody is configured, and changes with each phase
(_quota_traces.py). Five traces are shown, three of them drawn by the seeds 1, 2 and 3; `--seed` draws others.
Phases are real seconds: durations are divided by `speed` and rates multiplied by it. What is printed is
simulated time.

Without --virtual every contender calls a Bedrock simulator of its own over HTTP with boto3, all at once, each
in a process of its own. With it the same in virtual time, botocore included: no machine is late there.

Converged: from the first 40 simulated seconds in which 90 % of the quota was used and under 3 % throttled, to
the end of the phase. Every request that reaches the provider counts, a client's own retries too.

The single score, `worth`, is the share of the quota that was used less the throttled requests as a share of
it: a request thrown away costs what a taken one brings. The line `all` gives it over the whole trace, and, of
what followed convergence, its mean over the phases; a phase that never converged counts as it was, so that a
law that is right in some phases only is not measured by those alone. Means over the
traces come last.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass, replace
from functools import partial
from statistics import fmean

from _quota_contenders import BOTOCORE, CONFIGURATIONS, Options, Phase, Seen
from _quota_http import play
from _quota_traces import DIP, traces
from _quota_virtual import simulated

WINDOW = 40.0  # simulated seconds
CONTENDERS = [*CONFIGURATIONS, BOTOCORE]
HEADS = (
    f"{'':18} {'quota':>6} {'used':>7} {'throttled':>9} {'worth':>6} "
    f"{'converged':>9} {'used then':>9} {'throttled':>9} {'worth':>6}"
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--phase", type=float, default=90.0, help="real seconds")
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--base", type=float, default=30.0, help="requests a minute")
    parser.add_argument("--trace", choices=["halves", "steps", "drawn", "all"], default="all")
    parser.add_argument("--seed", type=int, nargs="*", default=[], help="of drawn traces, instead of 1 2 3")
    parser.add_argument("--virtual", action="store_true")
    arguments = parser.parse_args()
    found: dict[str, list[Outline]] = {name: [] for name in CONTENDERS}
    with ProcessPoolExecutor(len(CONTENDERS)) as pool:  # so that none waits for another's threads
        for trace in traces(arguments.trace, arguments.seed):
            options = Options(arguments.phase, arguments.speed, arguments.base, trace)
            run = partial(simulated if arguments.virtual else play, options=options)
            print(f"{trace.name}\n{HEADS}")
            for name, (phases, seen) in zip(CONTENDERS, pool.map(run, CONTENDERS), strict=True):
                found[name].append(show(name, phases, seen, options))
    print_means(found)


@dataclass(frozen=True, slots=True)
class Outline:
    """Of a whole trace."""

    worth: float
    used: float
    throttled: float
    converged: float  # simulated seconds, mean over the phases; the whole phase where it never did
    slowest: float


def print_means(found: dict[str, list[Outline]]) -> None:
    print(
        f"means over the traces\n{'':18} {'worth':>6} {'least':>6} {'used':>6} {'throttled':>9} "
        f"{'converged':>9} slowest"
    )
    for name, outlines in found.items():
        least = min(each.worth for each in outlines)
        worth, used, throttled, converged, _ = map(fmean, zip(*map(astuple, outlines), strict=True))
        slowest = max(each.slowest for each in outlines)
        print(
            f"{name:18} {worth:6.1%} {least:6.1%} {used:6.1%} {throttled:9.2%} "
            f"{converged:7.0f} s {slowest:5.0f} s"
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one stretch of time."""

    used: float  # share of the quota
    throttled: float  # share of the requests
    worth: float  # used, less what was thrown away

    @classmethod
    def of(cls, taken: float, refused: float, allowed: float) -> Figures:
        return cls(taken / allowed, refused / max(1, taken + refused), (taken - refused) / allowed)

    def __str__(self) -> str:
        return f"{self.used:7.1%} {self.throttled:9.2%} {self.worth:6.1%}"


def show(name: str, phases: Sequence[Phase], seen: Seen, options: Options) -> Outline:
    settled, times, met = [], [], 0
    for phase in phases:
        after = converged(phase, seen, options)
        whole, quota = figures(phase, seen, phase.start), phase.quota * 60 / options.speed
        row = f"{name:18} {quota:6.1f} {whole}"
        if quota < DIP * options.base:
            print(row)
            continue
        then = whole if after is None else figures(phase, seen, after)
        settled.append(then)
        met += after is not None
        times.append(((phase.end if after is None else after) - phase.start) * options.speed)
        when = "never" if after is None else f"{(after - phase.start) * options.speed:.0f} s"
        print(f"{row} {when:>9}   {then}")
    whole = overall(phases, seen)
    row = f"{name:18} {'all':>6} {whole} {f'{met} of {len(settled)}':>9}"
    print(f"{row}   {mean(settled)}")
    return Outline(whole.worth, whole.used, whole.throttled, fmean(times), max(times))


def mean(found: Sequence[Figures]) -> Figures:
    columns = zip(*map(astuple, found), strict=True)
    return Figures(*(sum(column) / len(found) for column in columns))


def overall(phases: Sequence[Phase], seen: Seen) -> Figures:
    """The same over the whole trace."""
    begun, ended = phases[0].start, phases[-1].end
    allowed = sum(phase.quota * (phase.end - phase.start) for phase in phases)
    return Figures.of(_within(seen.taken, begun, ended), _within(seen.throttled, begun, ended), allowed)


def figures(phase: Phase, seen: Seen, since: float) -> Figures:
    """From a moment to the phase's end."""
    allowed = phase.quota * (phase.end - since)
    return Figures.of(
        _within(seen.taken, since, phase.end), _within(seen.throttled, since, phase.end), allowed
    )


def _within(moments: Sequence[float], since: float, until: float) -> int:
    return sum(since <= each < until for each in moments)


def converged(phase: Phase, seen: Seen, options: Options) -> float | None:
    """The moment from which a window used at least 90 % of the quota with under 3 % throttled."""
    window, moment = WINDOW / options.speed, phase.start
    while moment + window <= phase.end:
        seen_then = figures(replace(phase, end=moment + window), seen, moment)
        if seen_then.used >= 0.9 and seen_then.throttled < 0.03:
            return moment
        moment += window / 20
    return None


if __name__ == "__main__":
    main()
