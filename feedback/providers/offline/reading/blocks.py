"""The layout of a section's text: paragraphs, list items, tables, code and the like, by offsets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum


class BlockKind(StrEnum):
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    HEADING = "heading"
    TABLE = "table"
    CODE = "code"
    QUOTATION = "block quotation"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Block:
    kind: BlockKind
    start: int
    end: int


HEADING_WORDS = 14

_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_QUOTATION = re.compile(r"\s{0,3}>")
_LIST_ITEM = re.compile(r"\s*(?:[-*+•–‣◦]|\d{1,2}[.)]|[a-zA-Z]\)|\([a-z0-9]{1,2}\))\s+\S")
# "Okafor, N. (2019) ..." or "[3] Okafor ...": an entry of a list of references
_REFERENCE = re.compile(
    r"\s*(?:\[\d{1,3}\]\s+\S|[A-Z][\w’'-]+,\s(?:[A-Z]\.\s?){1,3}[^\n]{0,120}\(?(?:19|20)\d\d)"
)
_FIGURE = re.compile(r"[-+±−£$€]?\d[\d.,:/]*%?\Z")
_ENDED = re.compile(r"[.!?…:;,][\"'”’)\]]*\Z")
_SOURCE_ENDS = re.compile(
    r"\([^()\n]{0,80}(?:\b(?:1[5-9]|20)\d\d|\bpp?\.\s?\d|\s\d{1,4})[^()\n]{0,30}\)\.?\Z"
)
_LINE = re.compile(r"[^\n]*\n?")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s*\Z")


def split_blocks(text: str, headings: Collection[str] = ()) -> tuple[Block, ...]:
    """Blocks in order. Lines that stand alone and end no sentence are headings, marked as such or not."""
    blocks = _merged(text, _lines(text), keep_lines=_lines_are_paragraphs(text))
    read: list[Block] = []
    for block in blocks:
        if _is_heading(text, block, headings):
            read.append(replace(block, kind=BlockKind.HEADING))
        elif _is_set_off(text, block, read[-1] if read else None):
            read.append(replace(block, kind=BlockKind.QUOTATION))
        else:
            read.append(block)
    return tuple(read)


def _is_set_off(text: str, block: Block, before: Block | None) -> bool:
    """A quotation in a paragraph of its own: a colon announces it and its source ends it."""
    if block.kind is not BlockKind.PARAGRAPH or before is None:
        return False
    announced = text[before.start : before.end].endswith(":")
    return announced and bool(_SOURCE_ENDS.search(text, block.start, block.end))


def _is_heading(text: str, block: Block, headings: Collection[str]) -> bool:
    line = text[block.start : block.end]
    if block.kind is not BlockKind.PARAGRAPH or "\n" in line:
        return False
    return line in headings or (len(line.split()) <= HEADING_WORDS and not _ENDED.search(line))


def _lines(text: str) -> Iterator[tuple[int, int, BlockKind | None]]:
    """Each line with its kind; None is a blank line."""
    fenced = False
    for match in _LINE.finditer(text):
        line = match.group()
        if not line:
            return
        if _FENCE.match(line):
            fenced = not fenced
            yield match.start(), match.end(), BlockKind.CODE
        elif fenced:
            yield match.start(), match.end(), BlockKind.CODE
        else:
            yield match.start(), match.end(), _kind(line)


def _kind(line: str) -> BlockKind | None:
    if not line.strip():
        return None
    if line.lstrip().startswith("|") or " | " in line or line.strip().count("\t") >= 2 or _is_row(line):
        return BlockKind.TABLE
    for pattern, kind in (
        (_HEADING, BlockKind.HEADING),
        (_QUOTATION, BlockKind.QUOTATION),
        (_REFERENCE, BlockKind.REFERENCE),
        (_LIST_ITEM, BlockKind.LIST_ITEM),
    ):
        if pattern.match(line):
            return kind
    return BlockKind.PARAGRAPH


def _is_row(line: str) -> bool:
    """A row of figures: what is left of a table in a PDF."""
    cells = line.split()
    return len(cells) >= 3 and sum(bool(_FIGURE.match(cell)) for cell in cells) > 0.6 * len(cells)


def _lines_are_paragraphs(text: str) -> bool:
    """Whether a line break ends a paragraph: pasted text often has no blank lines at all.

    Hard-wrapped text has none either, but its lines are short and seldom end a sentence.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or re.search(r"\n[ \t]*\n", text.strip()):
        return False
    ended = sum(bool(_SENTENCE_END.search(line)) for line in lines)
    return ended >= 0.8 * len(lines) and sum(map(len, lines)) >= 120 * len(lines)


def _merged(
    text: str, lines: Iterator[tuple[int, int, BlockKind | None]], *, keep_lines: bool
) -> Iterator[Block]:
    current: Block | None = None
    for start, end, kind in lines:
        if current is not None and _continues(current.kind, kind, keep_lines=keep_lines):
            current = Block(current.kind, current.start, end)
            continue
        if current is not None:
            yield _trimmed(text, current)
        current = Block(kind, start, end) if kind is not None else None
    if current is not None:
        yield _trimmed(text, current)


def _continues(block: BlockKind, line: BlockKind | None, *, keep_lines: bool) -> bool:
    if line is BlockKind.PARAGRAPH and block in (BlockKind.LIST_ITEM, BlockKind.REFERENCE):
        return not keep_lines
    if line is not block or block in (BlockKind.LIST_ITEM, BlockKind.HEADING, BlockKind.REFERENCE):
        return False
    return not (keep_lines and block is BlockKind.PARAGRAPH)


def _trimmed(text: str, block: Block) -> Block:
    raw = text[block.start : block.end]
    start = block.start + len(raw) - len(raw.lstrip())
    return Block(block.kind, start, start + len(raw.strip()))
