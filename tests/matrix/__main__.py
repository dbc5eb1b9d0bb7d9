"""`make faults` and `make chaos`: python -m tests.matrix [faults NAME… | chaos SEED MINUTES] [--page]."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from . import report
from .faults import FAULTS
from .machine_faults import give_back, small_disk
from .scene import Fault
from .stage import Stage
from .trial import Outcome, run


def main() -> int:
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)
    )  # so that the stage is taken down
    parser = argparse.ArgumentParser(prog="make faults", description="Faults under load, and an audit.")
    parser.add_argument("names", nargs="*", help="only these faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument("--page", action="store_true", help="write docs/faults.md")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in FAULTS]
    if unknown:
        parser.error(f"there is no fault {', '.join(unknown)}: there are {', '.join(FAULTS)}")
    if options.list:
        sys.stdout.write("\n".join(FAULTS) + "\n")
        return 0
    chosen = [FAULTS[name] for name in options.names or FAULTS]
    left_out = [(fault.name, why) for fault in chosen if (why := fault.needs())]
    if options.page:
        report.write_page([], left_out)
    outcomes = []
    for outcome in _each([fault for fault in chosen if not fault.needs()], options.seed):
        outcomes.append(outcome)
        sys.stdout.write("\n  ".join([report.row(outcome), *report.problems(outcome)]) + "\n")
        sys.stdout.flush()
        if options.page:  # at once: what comes later may not come to its end
            report.write_page([outcome], [])
    broken = [words for outcome in outcomes for words in report.problems(outcome)]
    sys.stdout.write("\n".join(["", report.head(), *map(report.row, outcomes), "", *broken, ""]))
    for name, why in left_out:
        sys.stdout.write(f"left out: {name}: {why}\n")
    return 1 if broken else 0


def _each(faults: list[Fault], seed: int) -> Iterator[Outcome]:
    waiting = list(faults)
    while waiting:
        with _stage(waiting[0]) as stage:
            while waiting and waiting[0].on_tmpfs == stage.is_given:
                fault = waiting.pop(0)
                yield run(stage, fault, seed=seed)
                if fault.spoils:
                    break


@contextmanager
def _stage(fault: Fault) -> Iterator[Stage]:
    if not fault.on_tmpfs:
        with Stage() as stage:
            yield stage
        return
    folder = small_disk()
    try:
        with Stage(folder=folder) as stage:
            yield stage
    finally:
        give_back(folder)


if __name__ == "__main__":
    sys.exit(main())
