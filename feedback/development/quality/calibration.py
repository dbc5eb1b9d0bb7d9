"""A table of a teacher's levels and a provider's: agreement and bias by criterion, and what mends the bias.

A teacher marks 6 to 12 papers of an assignment; the table has a row for a paper and criterion, with both
levels as numbers from 1, the weakest.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feedback.base.agreement import FEWEST, MOST, Agreement, Line, agreement_of

COLUMNS = ("paper", "criterion", "teacher", "provider")


class UnusableTable(ValueError):
    """A table of levels that can't be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One criterion of a table, as a line of the report."""

    criterion: str
    of: Agreement

    def __str__(self) -> str:
        of, verdict = self.of, "withhold"
        if of.line is not None:
            is_same = of.line == Line()
            verdict = "as they are" if is_same else f"{of.line.offset:+.2f} {of.line.slope:.2f} × level"
        return (
            f"{self.criterion}: {of.papers} papers, agreement {of.agreement:.0%}, bias {of.bias:+.2f}; "
            f"held out {of.held_out_agreement:.0%}, {of.held_out_bias:+.2f}; {verdict}"
        )


def calibrated(path: Path) -> Iterator[Calibrated]:
    """Each criterion of a table; raises UnusableTable."""
    pairs: dict[str, dict[str, tuple[int, int]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise UnusableTable(f"The table needs the columns {', '.join(COLUMNS)}.")
        for number, row in enumerate(reader, 2):
            pairs.setdefault(row["criterion"], {})[row["paper"]] = _levels(row, number)
    for criterion, papers in pairs.items():
        if not FEWEST <= len(papers) <= MOST:
            raise UnusableTable(f"{criterion}: {len(papers)} papers; {FEWEST} to {MOST} are needed.")
        levels = list(papers.values())
        yield Calibrated(criterion, agreement_of(levels, max(max(pair) for pair in levels)))


def _levels(row: dict[str, str], number: int) -> tuple[int, int]:
    try:
        levels = int(row["teacher"]), int(row["provider"])
    except (TypeError, ValueError):
        raise UnusableTable(f"Line {number}: a level is a whole number from 1.") from None
    if min(levels) < 1:
        raise UnusableTable(f"Line {number}: a level is a whole number from 1.")
    return levels
