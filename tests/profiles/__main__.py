"""`make profiles`: python -m tests.profiles [PROFILE…] [--page].

Each profile is started, people hand in for a while, and in the middle of it what calls the model is killed.
The fault matrix's auditor reads rows and calls at the end.
"""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import UTC, datetime

from tests.hosts.network import missing
from tests.matrix.report import ROOT, commit

from .measuring import Measured, measure
from .rungs import RUNGS

PAGE = ROOT / "docs" / "profiles.md"
MARK, END = "<!-- profiles -->\n", "<!-- end of profiles -->"
HEAD = (
    "| profile | on | start | jobs a minute | wait p95 | memory | fault | kept | broken | run |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that all is taken down
    parser = argparse.ArgumentParser(prog="make profiles", description="Each profile at work, and a fault.")
    parser.add_argument("names", nargs="*", choices=[[], *RUNGS], help="only these profiles")
    parser.add_argument("--page", action="store_true", help="write docs/profiles.md")
    options = parser.parse_args()
    outcomes = []
    sys.stdout.write(f"{HEAD}\n")
    for name in options.names or RUNGS:
        rung = RUNGS[name]
        if rung.wants_hosts and (why := missing()):
            sys.stdout.write(f"{name}: left out: {why}\n")
            continue
        outcomes.append(outcome := measure(name, rung))
        sys.stdout.write(f"{row(outcome)}\n")
        sys.stdout.flush()
        if options.page:  # at once: what comes later may not come to its end
            write(outcome)
    for outcome in outcomes:
        for words in outcome.problems:
            sys.stdout.write(f"{outcome.name}: {words}\n")
    return int(any(outcome.problems for outcome in outcomes))


def row(each: Measured) -> str:
    run = f"{datetime.now(UTC):%Y-%m-%d} {commit()}"
    cells = [
        each.name, each.on, f"{each.start:.0f} s", f"{each.jobs_a_minute:.0f}", f"{each.wait_p95:.1f} s",
        f"{each.memory / 2**20:.0f} MB", each.fault, each.kept, "; ".join(each.problems) or "nothing", run,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def write(outcome: Measured) -> None:
    """Put its row into the page's table; the others stay."""
    before, mark, rest = PAGE.read_text(encoding="utf-8").partition(MARK)
    old, end, after = rest.partition(END)
    rows = {line.split("|")[1].strip(): line for line in old.splitlines() if line.startswith("| ")}
    rows[outcome.name] = row(outcome)
    table = "\n".join([HEAD, *(rows[name] for name in RUNGS if name in rows)])
    PAGE.write_text(f"{before}{mark}\n{table}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
