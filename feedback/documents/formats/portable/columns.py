"""The order in which a page's runs are read: numbers of lines out, one column after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .page import TextRun

_NUMBER = re.compile(r"\d{1,4}")
_FEWEST_NUMBERS = 5  # beside the lines of a page
_FEWEST_FIFTHS = 3  # ... where every fifth or tenth line is counted: 5, 10, 15
_FEWEST_LINES = 8  # of a column
_GUTTER = 9.0  # points between columns, at least
_CROSSING = 0.1  # of a page's lines that may run across both columns


def without_line_numbers(runs: Sequence[TextRun], *, is_numbered: bool = False) -> tuple[list[TextRun], int]:
    """The runs without the numbers that count a page's lines at its edge, and how many there were.

    Numbered are the lines of a document of which another page showed it: there two such numbers are enough.
    """
    others = sorted(run.x for run in runs if not _NUMBER.fullmatch(run.text.strip()))
    if len(others) < _FEWEST_NUMBERS:
        return list(runs), 0
    margin = others[len(others) // 20]
    right = max(run.right for run in runs if not _NUMBER.fullmatch(run.text.strip()))
    beside = sorted(
        (
            run for run in runs
            if _NUMBER.fullmatch(run.text.strip()) and (run.right < margin - 2 or run.x > right + 2)
        ),
        key=lambda run: -run.y,
    )  # fmt: skip
    counted = [int(run.text) for run in beside]
    steps = {other - one for one, other in pairwise(counted)}
    step = min(steps, default=0)
    is_every_fifth = step in {5, 10} and counted[0] % step == 0
    fewest = 2 if is_numbered else _FEWEST_FIFTHS if is_every_fifth else _FEWEST_NUMBERS
    if len(beside) < fewest or len(steps) != 1 or not 0 < step <= 10:
        return _without_leading_numbers(runs)
    gone = {id(run) for run in beside}
    return [run for run in runs if id(run) not in gone], len(beside)


def _without_leading_numbers(runs: Sequence[TextRun]) -> tuple[list[TextRun], int]:
    """The same where each number was drawn with its line: "12 The harbour was dredged"."""
    found = [(index, re.match(r"(\d{1,4})\s+(?=\S)", run.text)) for index, run in enumerate(runs)]
    numbered = [(index, match) for index, match in found if match]
    if len(numbered) < max(_FEWEST_NUMBERS, len(runs) * 0.8):
        return list(runs), 0
    if any(int(other[1]) - int(one[1]) != 1 for (_, one), (_, other) in pairwise(numbered)):
        return list(runs), 0
    for index, match in numbered:
        runs[index].text = runs[index].text[match.end() :]
    return list(runs), len(numbered)


def in_columns(runs: Sequence[TextRun], width: float) -> list[TextRun]:
    """The runs in reading order, where a page has two columns that its file mixes line by line."""
    gutter = _gutter(runs, width)
    if gutter is None:
        return list(runs)
    ordered: list[TextRun] = []
    left: list[TextRun] = []
    right: list[TextRun] = []
    for run in _down(runs):
        if run.x < gutter < run.right:  # a title across both columns closes what stands above it
            ordered += [*left, *right, run]
            left, right = [], []
        else:
            (left if run.right <= gutter else right).append(run)
    return [*ordered, *left, *right]


def _down(runs: Sequence[TextRun]) -> list[TextRun]:
    return sorted(runs, key=lambda run: (-round(run.y), run.x))


def _gutter(runs: Sequence[TextRun], width: float) -> float | None:
    """Where the middle of a page has a gap from top to bottom; None where columns are in order already."""
    if not _is_mixed(runs):
        return None
    middle = [width * share / 100 for share in range(30, 71)]
    best = min(middle, key=lambda x: (_crossing(runs, x), abs(x - width / 2)))
    lines = len({round(run.y) for run in runs})
    sides = [
        {round(run.y) for run in runs if run.right <= best},
        {round(run.y) for run in runs if run.x >= best},
    ]
    if min(map(len, sides)) < _FEWEST_LINES or _crossing(runs, best) > lines * _CROSSING:
        return None
    return best


def _is_mixed(runs: Sequence[TextRun]) -> bool:
    """Whether many runs stand beside the one before them, far from it: a line was drawn over both columns."""
    jumps = sum(
        abs(one.y - other.y) < 2
        and other.x - one.right > _GUTTER
        and len(one.text) > 10
        and len(other.text) > 10
        for one, other in pairwise(runs)
    )
    return jumps >= _FEWEST_LINES


def _crossing(runs: Sequence[TextRun], x: float) -> int:
    return sum(run.x - _GUTTER / 2 < x < run.right + _GUTTER / 2 for run in runs)
