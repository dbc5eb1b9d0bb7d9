"""Blocks: what each format is read into, and how they become one text with headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from feedback.documents import messages
from feedback.documents.characters.emphasis import Emphasis, Style, bare, moved, taken_out
from feedback.documents.characters.symbols import UNKNOWN
from feedback.documents.characters.text import clean, count_words, one_line
from feedback.documents.errors import Empty, TooLarge
from feedback.documents.unread import Unread
from feedback.messages.model import Message, message

from .model import Heading, Limits, Parsed
from .placeholders import without_placeholders


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item or table row."""

    text: str  # with the signs of its emphasis
    level: int | None = None  # of a heading, from 1; None: body text
    kin: str = ""  # "item" of a marked list, "row", "line": right under one of the same kin, no blank line
    emphatic: bool = False  # all bold or larger than the rest: perhaps a heading without a mark

    @property
    def words(self) -> str:
        return bare(self.text)


def table_row(cells: Iterable[Iterable[Block]]) -> list[Block]:
    """A row of a table as blocks: one line where its cells are short, each cell's own blocks where they hold
    more, as in tables that only lay out a page."""
    written = [[block for block in cell if block.text.strip()] for cell in cells]
    filled = [cell for cell in written if cell]
    if len(filled) > 1 and all(len(cell) == 1 and cell[0].level is None for cell in filled):
        return [Block(" | ".join(cell[0].text.strip() for cell in filled), kin="row")]
    return [block for cell in filled for block in cell]


def assemble(blocks: Iterable[Block], limits: Limits, warnings: Iterable[Message] = ()) -> Parsed:
    """Join blocks into normalised text; raises Empty or TooLarge."""
    pieces: list[str] = []
    headings: list[Heading] = []
    emphasis: list[Emphasis] = []
    length = invisible = wordless = unfilled = 0
    kin = ""
    for block in blocks:
        words, emphasised = taken_out(block.text)
        written, number = without_placeholders(words)
        unfilled += number
        text, removed = clean(written if block.level is None else one_line(written))
        invisible += removed
        if not text.strip():
            wordless += block.level is not None
            continue
        text = text if block.level is None else text.strip()
        separator = "" if not pieces else "\n" if kin and kin == block.kin else "\n\n"
        length += len(separator)
        if block.level is not None:
            headings.append(Heading(length, length + len(text), block.level, text))
        if emphasised and not number:
            emphasis += _emphasis(emphasised, words, text, length, is_heading=block.level is not None)
        pieces += (separator, text)
        length += len(text)
        kin = block.kin
    text = "".join(pieces)
    warnings = [*warnings, *Unread(placeholders=unfilled).warnings()]
    notices = _notices(invisible, wordless, text.count(UNKNOWN))
    number_of_words = _checked_words(text, limits)
    return Parsed(text, tuple(headings), number_of_words, (*warnings, *notices), tuple(emphasis))


def _emphasis(
    found: list[Emphasis], words: str, text: str, start: int, *, is_heading: bool
) -> Iterator[Emphasis]:
    """The emphasis of a block at its place in the text. That a heading is bold goes without saying."""
    for each in moved(found, words, lambda piece: clean(piece)[0], text):
        is_whole = (each.end - each.start) * 2 > len(text)
        if not (is_heading and (each.style is Style.STRONG or (each.style is Style.ITALIC and is_whole))):
            yield Emphasis(start + each.start, start + each.end, each.style)


def _checked_words(text: str, limits: Limits) -> int:
    words = count_words(text)
    if words == 0:
        raise Empty
    if words > limits.max_words:
        raise TooLarge(message(messages.TOO_MANY_WORDS, words=words, most=limits.max_words))
    return words


def _notices(invisible: int, wordless: int, unknown: int) -> Iterable[Message]:
    for code, number in (
        (messages.UNREAD_SIGNS, unknown),
        (messages.INVISIBLE, invisible),
        (messages.WORDLESS_HEADINGS, wordless),
    ):
        if number:
            yield message(code, number=number)
