"""Plain text (.txt, or pasted): paragraphs from blank lines or long lines, headings from how they look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from feedback.documents.characters.text import unify_lines
from feedback.documents.structure.blocks import Block
from feedback.documents.structure.headings import is_title_like, promote

_UNDERLINE = re.compile(r"\s*(={3,}|-{3,}|~{3,}|_{3,}|\*{3,})\s*")
_HASHES = re.compile(r"(#{1,6})\s+(\S.*?)\s*#*")
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s")
_MAX_WRAPPED = 120  # a longer line was not wrapped by its editor: it is a paragraph
_MIN_WRAPPED = 50  # shorter lines are verse, an address, a list


def read_plain(text: str) -> list[Block]:
    """The blocks of a plain text."""
    blocks: list[Block] = []
    for is_blank, lines in groupby(unify_lines(text).split("\n"), key=lambda line: not line.strip()):
        if not is_blank:
            blocks += _chunk(list(lines))
    return promote(blocks)


def _chunk(lines: list[str]) -> Iterator[Block]:
    """The blocks of lines without a blank line between them."""
    if len(lines) > 1 and (rule := _UNDERLINE.fullmatch(lines[1])) and is_title_like(lines[0]):
        yield Block(lines[0], 1 if rule[1][0] == "=" else 2)
        lines = lines[2:]
    elif marked := _HASHES.fullmatch(lines[0].strip()):
        yield Block(marked[2], len(marked[1]))
        lines = lines[1:]
    yield from map(Block, _paragraphs(lines))


def _paragraphs(lines: list[str]) -> list[str]:
    if len(lines) < 2:
        return lines
    longest = max(map(len, lines))
    if longest > _MAX_WRAPPED:
        return lines
    is_wrapped = longest >= _MIN_WRAPPED and min(map(len, lines[:-1])) >= longest * 0.6
    if is_wrapped and not any(map(_ITEM.match, lines)):
        return [" ".join(line.strip() for line in lines)]
    return ["\n".join(lines)]
