"""Footnotes of a PDF: they stand at the foot of a page, often inside a sentence that goes on overleaf, and
belong behind the paragraph that refers to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from feedback.documents.structure.blocks import Block

from .headings import Paragraph
from .lines import Line, measure

_MARK = re.compile(r"([¹²³⁰⁴-⁹]+|\[?\d{1,3}\]?|[*†‡§])\.?\s*(?=\S)")
_SMALLER = 0.93  # times the body's size
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def without_notes(lines: Sequence[Line]) -> tuple[list[Line], list[list[Line]]]:
    """The lines without those of footnotes, and the lines of each note."""
    if not lines:
        return [], []
    size = measure(lines).size * _SMALLER
    pages: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    kept: list[Line] = []
    notes: list[list[Line]] = []
    for column in (column for page in pages.values() for column in _columns(page)):
        first = _first_note(column, size)
        kept += column[:first]
        for line in column[first:]:
            if _MARK.match(line.text) or not notes:
                notes.append([])
            notes[-1].append(line)
    return kept, notes


def _columns(page: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines of a page by column: the next one begins higher than the last line of the one before."""
    column: list[Line] = []
    for line in page:
        if column and line.y > column[-1].y + line.size:
            yield column
            column = []
        column.append(line)
    yield column


def _first_note(column: Sequence[Line], size: float) -> int:
    """The index of the first line with a mark of a note from which all to the column's end are small."""
    first = len(column)
    while first and column[first - 1].size <= size and not column[first - 1].answer:
        first -= 1
    while first < len(column) and not _MARK.match(column[first].text):
        first += 1
    is_below = first > 0 and first < len(column) and column[first].y < column[first - 1].y
    return first if is_below else len(column)


def place_notes(notes: Sequence[Paragraph], paragraphs: Sequence[Paragraph]) -> Mapping[int, list[Block]]:
    """The notes as blocks by the index of the paragraph after which they stand."""
    after: dict[int, list[Block]] = defaultdict(list)
    for each in notes:
        after[_refers(each.text, each.first.page, paragraphs)].append(Block(each.marked))
    return after


def _refers(text: str, page: int, paragraphs: Sequence[Paragraph]) -> int:
    """The paragraph that has the note's mark in its lines of this page, else the last that begins there."""
    found = _MARK.match(text)
    mark = found[1].translate(_RAISED).strip("[]") if found else ""
    sought = re.compile(rf"(?<!\d){re.escape(mark)}(?!\d)")
    last = 0
    for index, paragraph in enumerate(paragraphs):
        if paragraph.first.page <= page:
            last = index
        shown = (line.text for line in paragraph.lines if line.page == page)
        if mark and any(sought.search(_marks_of(each)) for each in shown):
            return index
    return last


def _marks_of(text: str) -> str:
    """What in a line may be the mark of a note."""
    return " ".join(re.findall(r"[⁰¹²³⁴-⁹]+|\[\d+\]|(?<=\S)[*†‡§]", text)).translate(_RAISED)
