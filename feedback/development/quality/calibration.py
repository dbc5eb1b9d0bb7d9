"""A provider's levels beside a teacher's: agreement and bias by criterion, and the line that mends the bias.

A teacher marks 6 to 12 papers of an assignment; the table has a row for a paper and criterion, with both
levels as numbers from 1, the weakest. What the line is worth is measured on papers that it was not fitted to.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import correlation, linear_regression, mean

FEWEST, MOST = 6, 12  # papers of a criterion
COLUMNS = ("paper", "criterion", "teacher", "provider")
_FARTHEST = 0.75  # of a level, on average: beyond it a level says nothing
_LEAST = 0.5  # correlation below which no line helps
_SLOPES = (0.5, 2.0)  # what six papers can show; a steeper line follows chance


class UnusableTable(ValueError):
    """A table of levels that can't be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A linear correction of one criterion's levels."""

    offset: float = 0.0
    slope: float = 1.0

    def __call__(self, level: int, highest: int) -> int:
        return min(highest, max(1, round(self.offset + self.slope * level)))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One criterion: how a provider's levels stand to the teacher's, before and after."""

    criterion: str
    papers: int
    agreement: float  # the share of papers with the same level
    bias: float  # in levels; above 0: the provider is kinder
    held_out_agreement: float  # after correction, on papers that the line was not fitted to
    held_out_bias: float
    line: Line | None  # None: agreement is poor, and levels are better withheld

    def __str__(self) -> str:
        verdict = "withhold"
        if self.line is not None:
            is_same = self.line == Line()
            verdict = "as they are" if is_same else f"{self.line.offset:+.2f} {self.line.slope:.2f} × level"
        return (
            f"{self.criterion}: {self.papers} papers, agreement {self.agreement:.0%}, bias {self.bias:+.2f}; "
            f"held out {self.held_out_agreement:.0%}, {self.held_out_bias:+.2f}; {verdict}"
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
        yield _of(criterion, list(papers.values()))


def fitted(pairs: Sequence[tuple[int, int]]) -> Line:
    """The line from a provider's levels to the teacher's; a shift alone where the slope can't be told."""
    teacher, provider = [a for a, _ in pairs], [b for _, b in pairs]
    if len(set(provider)) == 1:
        return Line(mean(teacher) - mean(provider))
    slope = min(_SLOPES[1], max(_SLOPES[0], linear_regression(provider, teacher).slope))
    return Line(mean(teacher) - slope * mean(provider), slope)


def _of(criterion: str, pairs: Sequence[tuple[int, int]]) -> Calibrated:
    highest = max(max(pair) for pair in pairs)
    held_out = [
        (teacher, fitted([*pairs[:index], *pairs[index + 1 :]])(provider, highest))
        for index, (teacher, provider) in enumerate(pairs)
    ]
    line: Line | None = fitted(pairs)
    if _error(held_out) >= _error(pairs):
        line, held_out = Line(), list(pairs)
    if _error(held_out) > _FARTHEST or _correlation(pairs) < _LEAST:
        line = None
    return Calibrated(
        criterion, len(pairs), _agreement(pairs), _bias(pairs), _agreement(held_out), _bias(held_out), line
    )


def _levels(row: dict[str, str], number: int) -> tuple[int, int]:
    try:
        levels = int(row["teacher"]), int(row["provider"])
    except (TypeError, ValueError):
        raise UnusableTable(f"Line {number}: a level is a whole number from 1.") from None
    if min(levels) < 1:
        raise UnusableTable(f"Line {number}: a level is a whole number from 1.")
    return levels


def _agreement(pairs: Sequence[tuple[int, int]]) -> float:
    return mean(teacher == other for teacher, other in pairs)


def _bias(pairs: Sequence[tuple[int, int]]) -> float:
    return mean(other - teacher for teacher, other in pairs)


def _error(pairs: Sequence[tuple[int, int]]) -> float:
    return mean(abs(other - teacher) for teacher, other in pairs)


def _correlation(pairs: Sequence[tuple[int, int]]) -> float:
    teacher, provider = [a for a, _ in pairs], [b for _, b in pairs]
    if len(set(teacher)) == 1 or len(set(provider)) == 1:
        return 0.0
    return correlation(teacher, provider)
