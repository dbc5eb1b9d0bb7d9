"""`make hosts`: python -m tests.hosts [TRIAL…] [--page]."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from tests.matrix.report import ROOT, commit

from .campus import Campus
from .network import missing
from .trials import TRIALS, Outcome

PAGE = ROOT / "docs" / "hosts.md"
MARK, END = "<!-- trials -->\n", "<!-- end of trials -->"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make hosts", description="Several hosts under load, and an audit.")
    parser.add_argument("names", nargs="*", choices=[[], *TRIALS], help="only these trials")
    parser.add_argument("--page", action="store_true", help="write docs/hosts.md")
    options = parser.parse_args()
    if why := missing():
        sys.stderr.write(f"make hosts: {why}\n")
        return 2
    outcomes = []
    with Campus() as campus:
        for name in options.names or TRIALS:
            outcomes.append(outcome := TRIALS[name](campus))
            sys.stdout.write(_words(outcome) + "\n")
            sys.stdout.flush()
    if options.page:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(MARK)
        text = "\n\n".join(map(_words, outcomes))
        run = f"{datetime.now(UTC):%Y-%m-%d}, {commit()}"
        table = f"{MARK}\nRun of {run}.\n\n{text}\n\n{END}"
        PAGE.write_text(f"{before}{table}{rest.partition(END)[2]}", encoding="utf-8")
    return int(any(outcome.problems for outcome in outcomes))


def _words(outcome: Outcome) -> str:
    counts = "; ".join(f"{promise} {count}" for promise, count in outcome.verdict.counts.items())
    parts = [f"**{outcome.name}**: {'; '.join(outcome.seen)}.", f"Audit: {counts}."]
    parts += [f"- broken: {each}" for each in outcome.problems]
    parts += [f"    {line}" for line in outcome.graph.splitlines()]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
