"""The matrix, fault by promise, for a terminal and for docs/faults.md."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from .faults import FAULTS
from .trial import Outcome

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "faults.md"
PROMISES = (
    "kept", "ended", "one feedback", "calls a section", "in flight", "rate", "back to 0", "transitions",
    "back after", "truth",
)  # fmt: skip


def row(outcome: Outcome) -> str:
    cells = [_cell(outcome, promise) for promise in PROMISES]
    return "| " + " | ".join([outcome.fault.name, *cells, f"{outcome.seconds:.0f} s"]) + " |"


def head() -> str:
    names = ["fault", *PROMISES, "took"]
    return "| " + " | ".join(names) + " |\n|" + "---|" * len(names)


def _cell(outcome: Outcome, promise: str) -> str:
    count = outcome.verdict.counts.get(promise, "-")
    return f"**broken**: {count}" if promise in outcome.verdict.broken else count


def problems(outcome: Outcome) -> list[str]:
    return [
        f"{outcome.fault.name}: {promise}: {words}"
        for promise, each in outcome.verdict.broken.items()
        for words in each
    ]


def commit() -> str:
    words = ["git", "log", "-1", "--format=%h"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def write_page(outcomes: Sequence[Outcome], left_out: Sequence[tuple[str, str]], page: Path = PAGE) -> None:
    """Put the rows of a run into the page's table; those of other faults stay, each with its own run."""
    before, mark, rest = page.read_text(encoding="utf-8").partition("<!-- matrix -->\n")
    old, end, after = rest.partition("<!-- end of matrix -->")
    new = {outcome.fault.name for outcome in outcomes} | {name for name, _ in left_out}
    run = f"{datetime.now(UTC):%Y-%m-%d} {commit()}"
    rows = {name: line for line in old.splitlines() if (name := _name_in(line)) and name not in new}
    rows |= {each.fault.name: f"{row(each)} {run} |" for each in outcomes}
    broken = [line for line in old.splitlines() if line.startswith("- ") and _broken_name(line) not in new]
    broken += [f"- {words}" for outcome in outcomes for words in problems(outcome)]
    absent = [f"- {name}: left out: {why}" for name, why in left_out]
    lines = [
        f"{head_row} run |" if at == 0 else f"{head_row}---|"
        for at, head_row in enumerate(head().split("\n"))
    ]
    lines += [rows[name] for name in FAULTS if name in rows]
    lines += ["", *broken, *absent] if broken or absent else []
    page.write_text(f"{before}{mark}\n" + "\n".join(lines) + f"\n\n{end}{after}", encoding="utf-8")


def _name_in(line: str) -> str:
    name = line.split("|")[1].strip() if line.startswith("| ") else ""
    return name if name in FAULTS else ""


def _broken_name(line: str) -> str:
    return line.removeprefix("- ").partition(":")[0]
