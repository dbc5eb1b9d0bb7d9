"""A section's text as paragraphs, lists, tables and headings, each with the comments that begin in it.

The stored text keeps the form of what was handed in as lines: an item of a list starts with its mark or
number, the cells of a row are parted by " | ", a note starts with its number in brackets. What does not
look like one of these stays a paragraph, with the line breaks that it has.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, repeat
from typing import TYPE_CHECKING

from .marks import Mark

if TYPE_CHECKING:
    from .page import Note

Stretch = tuple[int, int]  # start and end, in characters

CELL = " | "
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_ITEM = re.compile(r"(?P<indent> *)(?:[-•*–]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])[ \t]+\S")
_NOTE = re.compile(r"\[\d{1,3}\] \S")
_FIGURE = re.compile(r"[\d.,%\s]+")
INDENT = 2  # blanks for each level that an item is nested


class Kind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    TABLE = "table"
    FOOTNOTE = "footnote"


@dataclass(frozen=True, slots=True)
class Line:
    """An item of a list, a row of a table; of anything else there is one."""

    cells: Sequence[Sequence[Mark]]  # one, but in a table
    depth: int = 0  # of an item, from 0

    @property
    def marks(self) -> Sequence[Mark]:
        return self.cells[0]


@dataclass(frozen=True, slots=True)
class Passage:
    kind: Kind
    lines: Sequence[Line]
    notes: Sequence[Note] = ()
    has_head: bool = False  # a table with the names of its columns in the first row

    @property
    def marks(self) -> Sequence[Mark]:
        return self.lines[0].marks


@dataclass(frozen=True, slots=True)
class _Block:
    """The place of a passage in the text: lines of cells of (start, end)."""

    kind: Kind
    lines: Sequence[Sequence[Stretch]]
    depths: Sequence[int] = ()
    has_head: bool = False


def passages_of(marks: Sequence[Mark], notes: Sequence[Note]) -> Iterator[Passage]:
    """The passages of a section in order. A comment stands at the passage in which its words begin; one that
    is not tied to any words stands at none."""
    text = "".join(mark.text for mark in marks)
    reader = _Reader(marks)
    by_id = {note.comment.pk: note for note in notes}
    for block in _blocks(text, _headings(marks)):
        depths = block.depths or repeat(0)
        cells = ([reader.between(*cell) for cell in line] for line in block.lines)
        lines = [Line(marks, depth) for marks, depth in zip(cells, depths, strict=False)]
        begun = (key for line in lines for cell in line.cells for mark in cell for key in mark.begins)
        yield Passage(block.kind, lines, [by_id[key] for key in begun if key in by_id], block.has_head)


class _Reader:
    """The marks of a text, given out again in shorter stretches, from its beginning to its end."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._rest = deque(marks)
        self._at = 0  # where the next of them begins

    def between(self, start: int, end: int) -> list[Mark]:
        """The marks of text[start:end]. What begins in the white space before it begins with it."""
        skipped = Mark.nothing()
        for mark in self._until(start):
            skipped = skipped.begun_by(mark)
        found = list(self._until(end))
        return [found[0].begun_by(skipped), *found[1:]] if found else []

    def _until(self, place: int) -> Iterator[Mark]:
        while self._at < place and self._rest:
            mark, rest = self._rest.popleft().cut(place - self._at)
            if rest is not None:
                self._rest.appendleft(rest)
            self._at += len(mark.text)
            yield mark


# Forms ----------------------------------------------------------------------------------------


def _headings(marks: Sequence[Mark]) -> Set[Stretch]:
    """Where headings begin and end; marks of one heading touch each other."""
    found: list[Stretch] = []
    at = 0
    for mark in marks:
        end = at + len(mark.text)
        if mark.is_heading:
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], end)
            else:
                found.append((at, end))
        at = end
    return frozenset(found)


def _blocks(text: str, headings: Set[Stretch]) -> Iterator[_Block]:
    for chunk in _chunks(text):
        for are_headings, lines in groupby(_lines(text, *chunk), headings.__contains__):
            if are_headings:
                yield from (_Block(Kind.HEADING, [[line]]) for line in lines)
            else:
                yield from _forms(text, list(lines))


def _chunks(text: str) -> Iterator[Stretch]:
    """What lies between blank lines."""
    at = len(text) - len(text.lstrip("\n"))
    for gap in _BLANK.finditer(text, at):
        if gap.start() > at:
            yield at, gap.start()
        at = gap.end() - _indent_before(text, gap.end())
    if at < len(text.rstrip()):
        yield at, len(text.rstrip())


def _indent_before(text: str, place: int) -> int:
    """How many blanks stand before the first word of a line: they say how deep an item is."""
    return place - (text.rfind("\n", 0, place) + 1)


def _forms(text: str, lines: Sequence[Stretch]) -> Iterator[_Block]:
    """Lines under each other, in stretches of the same form."""
    if _is_table(text, lines):
        yield _table(text, lines)
        return
    first = 0
    while first < len(lines):
        is_list = _is_item(text, lines[first])
        last = first + 1
        while last < len(lines) and _goes_on(text, lines[last], is_list):
            last += 1
        yield _list(text, lines[first:last]) if is_list else _plain(text, lines[first:last])
        first = last


def _lines(text: str, start: int, end: int) -> Iterator[Stretch]:
    at = start
    while at <= end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        if text[at:stop].strip():
            yield at, stop
        at = stop + 1


def _is_item(text: str, line: Stretch) -> bool:
    return _ITEM.match(text, *line) is not None


def _goes_on(text: str, line: Stretch, is_list: bool) -> bool:
    """Whether a line belongs to what is above it. An item's further lines are indented."""
    if is_list:
        return _is_item(text, line) or text.startswith(" " * INDENT, line[0])
    return not _is_item(text, line)


def _plain(text: str, lines: Sequence[Stretch]) -> _Block:
    start, end = lines[0][0], lines[-1][1]
    kind = Kind.FOOTNOTE if _NOTE.match(text, start, end) else Kind.PARAGRAPH
    return _Block(kind, [[(start, end)]])


def _list(text: str, lines: Sequence[Stretch]) -> _Block:
    items: list[Stretch] = []
    depths: list[int] = []
    for start, end in lines:
        if (found := _ITEM.match(text, start, end)) is not None:
            indent = len(found["indent"])
            items.append((start + indent, end))
            depths.append(min(indent // INDENT, 8))
        else:
            items[-1] = (items[-1][0], end)
    return _Block(Kind.LIST, [[item] for item in items], depths)


def _is_table(text: str, lines: Sequence[Stretch]) -> bool:
    """Two rows at least, of as many cells each."""
    counts = {text.count(CELL, *line) for line in lines}
    return len(lines) > 1 and len(counts) == 1 and counts != {0}


def _table(text: str, lines: Sequence[Stretch]) -> _Block:
    rows = [list(_cells(text, *line)) for line in lines]
    has_head = not any(_FIGURE.fullmatch(text, *cell) for cell in rows[0])
    return _Block(Kind.TABLE, rows, has_head=has_head)


def _cells(text: str, start: int, end: int) -> Iterator[Stretch]:
    at = start
    while (stop := text.find(CELL, at, end)) >= 0:
        yield at, stop
        at = stop + len(CELL)
    yield at, end
