"""From the lines of a PDF to its paragraphs and headings.

A PDF says where letters stand, not what they are: everything here is told from places and looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..blocks import Block
from ..headings import is_title_like
from .pdf_furniture import without_furniture
from .pdf_lines import LARGER, WIDER_GAP, Body, Line, measure

_ITEM = re.compile(r"(?:[•▪◦‣●○–*-]|\(?\d{1,3}[.)]|\(?[a-z]\))\s")
_COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_LAST_WORD = re.compile(r"[^\W\d_]+-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = (".", "!", "?", ":", "…", '."', ".”", ".’", ".)", "?”", "!”", "。")
_SHORT_LINE = 0.8  # of the usual full length: the last of a paragraph
_INDENT = 8.0  # points
_TITLE_WORDS = 25  # of one that its look makes a heading
_DEEPEST = 6


def lay_out(pages: Sequence[Sequence[Line]]) -> list[Block]:
    """Paragraphs and headings of all pages, in the order of the file."""
    lines = without_furniture(pages)
    if not lines:  # a document of nothing but running heads: better those than nothing
        lines = [line for page in pages for line in page]
    body = measure(lines)
    compounds = {word.lower() for line in lines for word in _COMPOUND.findall(line.text)}
    paragraphs = [(group[0], _joined(group, body, compounds)) for group in _groups(lines, body)]
    looks = _heading_looks(paragraphs, body)
    return [_block(first, text, looks) for first, text in paragraphs]


def _groups(lines: Sequence[Line], body: Body) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        if group and _starts_paragraph(group[-1], line, body):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _starts_paragraph(before: Line, line: Line, body: Body) -> bool:
    if before.size != line.size or before.bold != line.bold or _ITEM.match(line.text):
        return True
    ends_sentence = before.text.endswith(_SENTENCE_END)
    if before.page != line.page or line.y > before.y + 1:  # the next page or column
        return ends_sentence or (is_title_like(before.text) and _is_short(before, body))
    if before.y - line.y > body.gap * max(1.0, line.size / body.size) * WIDER_GAP:
        return True
    is_indented = line.x - body.margin > _INDENT and abs(before.x - body.margin) < _INDENT
    return (ends_sentence and _is_short(before, body)) or (is_indented and ends_sentence)


def _is_short(line: Line, body: Body) -> bool:
    return len(line.text) < body.length * _SHORT_LINE


def _joined(lines: Sequence[Line], body: Body, compounds: set[str]) -> str:
    text = lines[0].text
    for before, line in pairwise(lines):
        is_meant = _break_is_meant(before, line, body)
        text = f"{text}\n{line.text}" if is_meant else _join(text, line.text, compounds)
    return text


def _break_is_meant(before: Line, line: Line, body: Body) -> bool:
    """Whether the next word had room on the line, as in verse, addresses and the rows of a table."""
    next_word = line.text.split(maxsplit=1)[0]
    fits = len(before.text) + 1 + len(next_word) < body.length * _SHORT_LINE
    return fits and before.page == line.page and before.size < body.size * LARGER


def _join(text: str, more: str, compounds: set[str]) -> str:
    """Undo a hyphen that only broke a line; keep one that the document uses in the same word elsewhere."""
    if text.endswith(("\xad", "\u2010")):
        return text[:-1] + more
    broken, rest = _LAST_WORD.search(text[-60:]), _FIRST_WORD.match(more)
    if broken is None or rest is None:
        return f"{text} {more}"
    is_compound = (broken[0] + rest[0]).lower() in compounds or not more[0].islower()
    return (text if is_compound else text[:-1]) + more


def _heading_looks(paragraphs: Sequence[tuple[Line, str]], body: Body) -> dict[tuple[float, bool], int]:
    """The level of each look that headings have: the larger the higher, bold before regular."""
    looks = {(first.size, first.bold) for first, text in paragraphs if _is_heading(first, text, body)}
    return {look: min(rank, _DEEPEST) for rank, look in enumerate(sorted(looks, reverse=True), 1)}


def _is_heading(first: Line, text: str, body: Body) -> bool:
    stands_out = first.size >= body.size * LARGER or (
        first.bold and not body.bold and first.size >= body.size
    )
    return stands_out and is_title_like(text, _TITLE_WORDS)


def _block(first: Line, text: str, looks: dict[tuple[float, bool], int]) -> Block:
    level = looks.get((first.size, first.bold)) if is_title_like(text, _TITLE_WORDS) else None
    return Block(text, level, kin="line" if level is None and _ITEM.match(text) else "")
