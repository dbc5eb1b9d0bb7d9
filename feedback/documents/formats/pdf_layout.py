"""From the lines of a PDF to its paragraphs and headings.

A PDF says where letters stand, not what they are: everything here is told from places and looks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..blocks import Block
from ..headings import is_title_like

_PAGE_NUMBER = re.compile(
    r"[-–—\[(|\s]*(?:page|seite|p\.|página)?\s*(?:\d{1,4}|[ivxl]{1,7})\s*(?:(?:of|von|de|sur|/)\s*\d{1,4})?[-–—\])|\s]*",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"(?:\s?[.…·]){5,}\s*(?:\d{1,4}|[ivxl]{1,7})$")  # a leader and a page
_ITEM = re.compile(r"(?:[•▪◦‣●○–*-]|\(?\d{1,3}[.)]|\(?[a-z]\))\s")
_COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_LAST_WORD = re.compile(r"[^\W\d_]+-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = (".", "!", "?", ":", "…", '."', ".”", ".’", ".)", "?”", "!”", "。")
_EDGE_LINES = 2  # at the top and at the bottom of a page, where running heads and numbers stand
_WIDER_GAP = 1.3  # times the usual distance of lines: a new paragraph
_SHORT_LINE = 0.8  # of the usual full length: the last of a paragraph
_INDENT = 8.0  # points
_LARGER = 1.1  # times the size of the body: a heading
_TITLE_WORDS = 25  # of one that its look makes a heading
_DEEPEST = 6


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
class _Body:
    """What most of the document looks like."""

    size: float
    bold: bool
    gap: float  # between the lines of a paragraph
    length: int  # of a full line, in characters
    margin: float


def lay_out(pages: Sequence[Sequence[Line]]) -> list[Block]:
    """Paragraphs and headings of all pages, in the order of the file."""
    lines = _without_furniture(pages)
    if not lines:  # a document of nothing but running heads: better those than nothing
        lines = [line for page in pages for line in page]
    body = _body(lines)
    compounds = {word.lower() for line in lines for word in _COMPOUND.findall(line.text)}
    paragraphs = [(group[0], _joined(group, body, compounds)) for group in _groups(lines, body)]
    looks = _heading_looks(paragraphs, body)
    return [_block(first, text, looks) for first, text in paragraphs]


def _without_furniture(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """The lines that are no running head, running foot, page number or entry of the table of contents."""
    body = _body([line for page in pages for line in page])
    edges = [_edges(page, body) for page in pages]
    seen = Counter(key for edge in edges for key in {_key(line) for line in edge})
    repeated = {key for key, count in seen.items() if len(pages) > 1 and count >= min(3, len(pages))}

    def is_furniture(line: Line) -> bool:
        if _PAGE_NUMBER.fullmatch(line.text):
            return True
        return _key(line) in repeated and line.size < body.size * _LARGER  # the title itself is larger

    return [
        line
        for page, edge in zip(pages, edges, strict=True)
        for line in page
        if not (line in edge and is_furniture(line)) and not _CONTENTS.search(line.text)
    ]


def _edges(page: Sequence[Line], body: _Body) -> set[Line]:
    """The lines at the top and the bottom that stand apart from the text, or in another size."""
    heights = sorted({round(line.y) for line in page})
    gap = max(body.gap, body.size) * _WIDER_GAP
    apart = {*_outer(heights, gap), *_outer(heights[::-1], gap)}
    outermost = {*heights[:_EDGE_LINES], *heights[-_EDGE_LINES:]}
    return {
        line
        for line in page
        if round(line.y) in apart or (round(line.y) in outermost and line.size != body.size)
    }


def _outer(heights: Sequence[int], gap: float) -> Sequence[int]:
    """The first heights, from the edge inwards, up to the last gap among them."""
    for count in range(min(_EDGE_LINES, len(heights)), 0, -1):
        if count == len(heights) or abs(heights[count - 1] - heights[count]) > gap:
            return heights[:count]
    return []


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.lower())


def _common_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _body(lines: Sequence[Line]) -> _Body:
    size = _common_size(lines)
    usual = [line for line in lines if line.size == size]
    letters = sum(len(line.text) for line in usual)
    gaps = sorted(a.y - b.y for a, b in pairwise(usual) if a.page == b.page and a.y > b.y)
    lengths = sorted(len(line.text) for line in usual)
    return _Body(
        size=size,
        bold=sum(len(line.text) for line in usual if line.bold) * 2 > letters,
        gap=gaps[len(gaps) // 4]
        if gaps
        else size * 1.2,  # most lines are inside paragraphs, but not in a list
        length=lengths[len(lengths) * 3 // 4],
        margin=Counter(round(line.x) for line in usual).most_common(1)[0][0],
    )


def _groups(lines: Sequence[Line], body: _Body) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        if group and _starts_paragraph(group[-1], line, body):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _starts_paragraph(before: Line, line: Line, body: _Body) -> bool:
    if before.size != line.size or before.bold != line.bold or _ITEM.match(line.text):
        return True
    ends_sentence = before.text.endswith(_SENTENCE_END)
    if before.page != line.page or line.y > before.y + 1:  # the next page or column
        return ends_sentence or (is_title_like(before.text) and _is_short(before, body))
    if before.y - line.y > body.gap * max(1.0, line.size / body.size) * _WIDER_GAP:
        return True
    is_indented = line.x - body.margin > _INDENT and abs(before.x - body.margin) < _INDENT
    return (ends_sentence and _is_short(before, body)) or (is_indented and ends_sentence)


def _is_short(line: Line, body: _Body) -> bool:
    return len(line.text) < body.length * _SHORT_LINE


def _joined(lines: Sequence[Line], body: _Body, compounds: set[str]) -> str:
    text = lines[0].text
    for before, line in pairwise(lines):
        is_meant = _break_is_meant(before, line, body)
        text = f"{text}\n{line.text}" if is_meant else _join(text, line.text, compounds)
    return text


def _break_is_meant(before: Line, line: Line, body: _Body) -> bool:
    """Whether the next word had room on the line, as in verse, addresses and the rows of a table."""
    next_word = line.text.split(maxsplit=1)[0]
    fits = len(before.text) + 1 + len(next_word) < body.length * _SHORT_LINE
    return fits and before.page == line.page and before.size < body.size * _LARGER


def _join(text: str, more: str, compounds: set[str]) -> str:
    """Undo a hyphen that only broke a line; keep one that the document uses in the same word elsewhere."""
    if text.endswith(("\xad", "\u2010")):
        return text[:-1] + more
    broken, rest = _LAST_WORD.search(text[-60:]), _FIRST_WORD.match(more)
    if broken is None or rest is None:
        return f"{text} {more}"
    is_compound = (broken[0] + rest[0]).lower() in compounds or not more[0].islower()
    return (text if is_compound else text[:-1]) + more


def _heading_looks(paragraphs: Sequence[tuple[Line, str]], body: _Body) -> dict[tuple[float, bool], int]:
    """The level of each look that headings have: the larger the higher, bold before regular."""
    looks = {(first.size, first.bold) for first, text in paragraphs if _is_heading(first, text, body)}
    return {look: min(rank, _DEEPEST) for rank, look in enumerate(sorted(looks, reverse=True), 1)}


def _is_heading(first: Line, text: str, body: _Body) -> bool:
    stands_out = first.size >= body.size * _LARGER or (
        first.bold and not body.bold and first.size >= body.size
    )
    return stands_out and is_title_like(text, _TITLE_WORDS)


def _block(first: Line, text: str, looks: dict[tuple[float, bool], int]) -> Block:
    level = looks.get((first.size, first.bold)) if is_title_like(text, _TITLE_WORDS) else None
    return Block(text, level, kin="item" if level is None and _ITEM.match(text) else "")
