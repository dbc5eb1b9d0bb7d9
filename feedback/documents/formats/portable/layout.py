"""The layout of a PDF: paragraphs and headings from its lines.

A PDF says where letters stand, not what they are: everything here follows from places and looks.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from feedback.documents.characters.emphasis import merged, put_in
from feedback.documents.characters.hyphens import Hyphens
from feedback.documents.structure.blocks import Block
from feedback.documents.structure.headings import is_title_like

from .furniture import without_furniture
from .headings import Paragraph, levels_of, plain
from .lines import LARGER, WIDER_GAP, Body, Line, measure, with_initials, without_usual_emphasis
from .notes import place_notes, without_notes

_ITEM = re.compile(r"(?:[•▪◦‣●○–*-]|\(?\d{1,3}[.)]|\(?[a-z]\))\s")
_LAST_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SENTENCE_END = (".", "!", "?", ":", "…", '."', ".”", ".’", ".)", "?”", "!”", "。")
_SHORT_LINE = 0.8  # of the usual full length: the last of a paragraph
_INDENT = 8.0  # points


def lay_out(pages: Sequence[Sequence[Line]], outline: Sequence[tuple[int, str]] = ()) -> list[Block]:
    """Paragraphs and headings of all pages, in the order of the file; notes after their paragraphs."""
    lines = without_furniture(pages)
    if not lines:  # a document of nothing but running heads: better those than nothing
        lines = [line for page in pages for line in page]
    lines = with_initials(without_usual_emphasis(lines))
    lines, notes = without_notes(lines)
    body = measure(lines)
    hyphens = Hyphens.of(line.text for line in lines)
    titles = frozenset(map(plain, (title for _, title in outline))) - {""}
    paragraphs = [_paragraph(group, body, hyphens) for group in _groups(lines, body, titles)]
    levels = levels_of(paragraphs, body, outline)
    blocks = [_block(each, level) for each, level in zip(paragraphs, levels, strict=True)]
    after = place_notes([_paragraph(group, body, hyphens) for group in notes], paragraphs)
    return [each for index, block in enumerate(blocks) for each in (block, *after.get(index, ()))]


def _groups(lines: Sequence[Line], body: Body, titles: Container[str]) -> Iterator[list[Line]]:
    """The lines of each paragraph. One that the document's outline names stands alone."""
    group: list[Line] = []
    was_title = False
    for line in lines:
        is_title = plain(line.text) in titles
        if group and (is_title or was_title or _starts_paragraph(group[-1], line, body)):
            yield group
            group = []
        group.append(line)
        was_title = is_title
    if group:
        yield group


def _starts_paragraph(before: Line, line: Line, body: Body) -> bool:
    if before.answer or line.answer or _look(before) != _look(line) or _ITEM.match(line.text):
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


def _look(line: Line) -> tuple[float, bool, str]:
    return line.size, line.bold, line.tag if line.tag.startswith("H") else ""


def _paragraph(lines: Sequence[Line], body: Body, hyphens: Hyphens) -> Paragraph:
    text, emphasis = lines[0].text, list(lines[0].emphasis)
    for before, line in pairwise(lines):
        is_meant = _break_is_meant(before, line, body)
        text = f"{text}\n{line.text}" if is_meant else _join(text, line.text, hyphens)
        start = len(text) - len(line.text)
        emphasis = [replace(each, end=min(each.end, start)) for each in emphasis]  # a hyphen may have gone
        emphasis += (each.moved(start) for each in line.emphasis)
    return Paragraph(lines, text, put_in(text, merged(emphasis, text)))


def _break_is_meant(before: Line, line: Line, body: Body) -> bool:
    """Whether the next word had room on the line, as in verse, addresses and the rows of a table."""
    if _LAST_WORD.search(before.text):
        return False
    next_word = line.text.split(maxsplit=1)[0]
    fits = len(before.text) + 1 + len(next_word) < body.length * _SHORT_LINE
    return fits and before.page == line.page and before.size < body.size * LARGER


def _join(text: str, more: str, hyphens: Hyphens) -> str:
    """Undo a hyphen that only broke a line; keep one that belongs to the word."""
    if text.endswith(("\xad", "\u2010")):
        text = f"{text[:-1]}-"
    broken, rest = _LAST_WORD.search(text[-60:]), _FIRST_WORD.match(more)
    if broken is None or rest is None:
        return f"{text}{more}" if text.endswith("-") and more[:1].isdigit() else f"{text} {more}"
    return text[:-1] + hyphens.joined(broken[0], rest[0]) + more


def _block(paragraph: Paragraph, level: int | None) -> Block:
    is_item = level is None and _ITEM.match(paragraph.text) is not None
    return Block(paragraph.marked, level, kin="line" if is_item else "")
