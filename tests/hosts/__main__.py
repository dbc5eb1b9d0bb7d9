"""`make hosts`: python -m tests.hosts [TRIAL…] [--page] [--graphs]."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

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
    parser.add_argument("--graphs", action="store_true", help="write the graphs of these trials alone")
    options = parser.parse_args()
    if why := missing():
        sys.stderr.write(f"make hosts: {why}\n")
        return 2
    outcomes: dict[str, Outcome] = {}
    with Campus() as campus:
        for name in options.names or TRIALS:
            outcomes[name] = outcome = TRIALS[name](campus)
            sys.stdout.write(_words(outcome) + "\n")
            sys.stdout.flush()
            if outcome.graph and (options.page or options.graphs):
                _image(name).write_text(outcome.graph, encoding="utf-8")
    if options.page:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(MARK)
        text = "\n\n".join(_with_its_graph(name, outcome) for name, outcome in outcomes.items())
        run = f"{datetime.now(UTC):%Y-%m-%d}, {commit()}"
        table = f"{MARK}\nRun of {run}.\n\n{text}\n\n{END}"
        PAGE.write_text(f"{before}{table}{rest.partition(END)[2]}", encoding="utf-8")
    return int(any(outcome.problems for outcome in outcomes.values()))


def _image(name: str) -> Path:
    return PAGE.parent / "images" / f"hosts-{name}.svg"


def _with_its_graph(name: str, outcome: Outcome) -> str:
    picture = f"\n\n![{outcome.name}](images/{_image(name).name})" if outcome.graph else ""
    return _words(outcome) + picture


def _words(outcome: Outcome) -> str:
    counts = "; ".join(f"{promise} {count}" for promise, count in outcome.verdict.counts.items())
    parts = [f"**{outcome.name}**: {'; '.join(outcome.seen)}.", f"Audit: {counts}."]
    parts += [f"- broken: {each}" for each in outcome.problems]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
