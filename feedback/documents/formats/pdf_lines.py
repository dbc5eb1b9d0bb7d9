"""The lines of a PDF, and what most of a document's lines look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LARGER = 1.1  # times the size of the body: no body text
WIDER_GAP = 1.3  # times the usual distance of lines: a new paragraph


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: x and y in points from its lower left corner, size of most of its letters."""

    text: str
    size: float
    bold: bool
    x: float
    y: float
    page: int


@dataclass(frozen=True, slots=True)
class Body:
    """What most of the document looks like."""

    size: float
    bold: bool
    gap: float  # between the lines of a paragraph
    length: int  # of a full line, in characters
    margin: float


def measure(lines: Sequence[Line]) -> Body:
    """The body of a document with at least one line."""
    size = _common_size(lines)
    usual = [line for line in lines if line.size == size]
    letters = sum(len(line.text) for line in usual)
    gaps = sorted(a.y - b.y for a, b in pairwise(usual) if a.page == b.page and a.y > b.y)
    lengths = sorted(len(line.text) for line in usual)
    return Body(
        size=size,
        bold=sum(len(line.text) for line in usual if line.bold) * 2 > letters,
        gap=gaps[len(gaps) // 4]
        if gaps
        else size * 1.2,  # most lines are inside paragraphs, but not in a list
        length=lengths[len(lengths) * 3 // 4],
        margin=Counter(round(line.x) for line in usual).most_common(1)[0][0],
    )


def _common_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0
