"""The matrix, fault by promise, for a terminal and for docs/faults.md."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

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


def write_page(outcomes: Sequence[Outcome], left_out: Sequence[tuple[str, str]]) -> None:
    """The table of the last whole run, between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, mark, rest = text.partition("<!-- matrix -->\n")
    _, end, after = rest.partition("<!-- end of matrix -->")
    said = [f"{datetime.now(UTC):%d %B %Y}, commit {commit()}, `make faults`.", "", head()]
    said += [row(each) for each in outcomes]
    if broken := [words for each in outcomes for words in problems(each)]:
        said += ["", "Broken:", "", *(f"- {words}" for words in broken)]
    if left_out:
        said += ["", "Left out:", "", *(f"- {name}: {why}" for name, why in left_out)]
    PAGE.write_text(before + mark + "\n" + "\n".join(said) + "\n\n" + end + after, encoding="utf-8")
