"""Markdown (.md), read as it renders: headings, text without its marks, lists and tables as lines.

Raw HTML is text like any other, but for comments, which are invisible, and raised and lowered text. Front
matter, which is about the document and not in it, is left out. A note stands behind what refers to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from feedback.documents.characters.emphasis import Style, closing, emphasised, opening
from feedback.documents.characters.raised import Piece, Rise, joined
from feedback.documents.characters.text import unify_lines
from feedback.documents.structure.blocks import Block

from ..unread import Unread
from .front_matter import without_front_matter

if TYPE_CHECKING:
    from markdown_it.token import Token

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NOTE = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*(.*(?:\n(?:[ \t]+\S.*))*)\n?", re.MULTILINE)
_REFERENCE = re.compile(r"\[\^([^\]\s]+)\](?!:)")
_CODE = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?(?:^ {0,3}\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_EMPHASIS = {"em": Style.ITALIC, "strong": Style.STRONG}
_RISEN = re.compile(
    r"<su(?P<way>[pb])>(?P<tagged>[^<>]{1,60})</su(?P=way)>"
    r"|(?<=\w)\^(?P<raised>[^\s^]{1,20})\^|(?<=\w)(?<!~)~(?P<lowered>[^\s~]{1,20})~(?!~)",
    re.IGNORECASE,
)


def read_markdown(text: str) -> tuple[list[Block], Unread]:
    """The blocks of a Markdown text (CommonMark with tables and notes), and what of it is invisible."""
    unread = Unread()
    text = without_front_matter(unify_lines(text))
    text, code = _aside(text)
    text = _COMMENT.sub(lambda comment: _leave(comment[0], unread), text)
    text, notes = _without_notes(text)
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    notes = {name: _rendered(parser, note) for name, note in notes.items()}
    return list(_Tokens(notes).blocks(parser.parse(_back(text, code)))), unread


def _rendered(parser: MarkdownIt, note: str) -> str:
    return "".join(_inline(parser.parseInline(note)[0].children or []))


def _aside(text: str) -> tuple[str, list[str]]:
    """The text with each block of code as a mark, so that what looks like markup in it stays as it is."""
    code: list[str] = []

    def keep(found: re.Match[str]) -> str:
        code.append(found[0])
        return f"\x00{len(code) - 1}\x00"

    return _CODE.sub(keep, text.replace("\x00", "")), code


def _back(text: str, code: list[str]) -> str:
    return re.sub(r"\x00(\d+)\x00", lambda found: code[int(found[1])], text)


def _leave(comment: str, unread: Unread) -> str:
    unread.leave_unseen(comment.removeprefix("<!--").removesuffix("-->"))
    return ""


def _without_notes(text: str) -> tuple[str, dict[str, str]]:
    """The text without its footnotes, and those that it refers to by name."""
    used = set(_REFERENCE.findall(text))
    notes = {name: " ".join(note.split()) for name, note in _NOTE.findall(text) if name in used}
    return _NOTE.sub(lambda found: "" if found[1] in notes else found[0], text), notes


class _Tokens:
    """One walk over the token stream; opened lists and the cells of the current row are remembered."""

    def __init__(self, notes: dict[str, str]) -> None:
        self._notes = notes  # by name; each is given once, behind what refers to it first
        self._numbers: dict[str, int] = {}
        self._lists: list[int | None] = []  # the next number of each open list; None: bullets
        self._marker = ""  # of the item that was opened and has no text yet
        self._level: int | None = None
        self._cells: list[str] | None = None

    def blocks(self, tokens: list[Token]) -> Iterator[Block]:
        for token in tokens:
            if token.type == "inline":
                text, notes = self._referred("".join(_inline(token.children or [])))
                yield from self._text(text)
                yield from notes
            elif token.type in {"fence", "code_block"}:
                yield from self._text(token.content)
            elif token.type == "tr_close":
                yield Block(" | ".join(cell for cell in self._cells or [] if cell), kin="row")
                self._cells = None
            else:
                self._open_or_close(token)

    def _referred(self, text: str) -> tuple[str, list[Block]]:
        """The text with its notes numbered, and the notes that it is the first to refer to."""
        found: list[Block] = []

        def number(reference: re.Match[str]) -> str:
            name = reference[1]
            if name not in self._notes:
                return reference[0]
            if name not in self._numbers:
                self._numbers[name] = len(self._numbers) + 1
                found.append(Block(f"[{self._numbers[name]}] {self._notes[name]}"))
            return emphasised(f"[{self._numbers[name]}]", [Style.SUPER])

        return _REFERENCE.sub(number, text), found

    def _open_or_close(self, token: Token) -> None:
        if token.type == "heading_open":
            self._level = int(token.tag[1])
        elif token.type == "heading_close":
            self._level = None
        elif token.type == "bullet_list_open":
            self._lists.append(None)
        elif token.type == "ordered_list_open":
            self._lists.append(int(token.attrGet("start") or 1))
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self._lists.pop()
        elif token.type == "list_item_open":
            self._marker = self._next_marker()
        elif token.type == "tr_open":
            self._cells = []

    def _next_marker(self) -> str:
        number = self._lists[-1]
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _text(self, text: str) -> Iterator[Block]:
        if self._cells is not None:
            self._cells.append(text.strip())
        elif self._lists:
            indent = "  " * min(len(self._lists) - 1, 8)
            yield Block(f"{indent}{self._marker or '  '}{text}", kin="item")
            self._marker = ""
        else:
            yield Block(text, self._level)


def _inline(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "softbreak":
            yield " "
        elif token.type == "hardbreak":
            yield "\n"
        elif token.type == "image":
            yield "".join(_inline(token.children or []))
        elif token.tag in _EMPHASIS:
            yield (opening if token.nesting > 0 else closing)(_EMPHASIS[token.tag])
        else:
            yield _with_rises(token.content) if token.type == "text" else token.content


def _with_rises(text: str) -> str:
    """The text with what its marks raise or lower: 10<sup>5</sup>, 10^5^, H~2~O."""
    pieces: list[Piece] = []
    end = 0
    for found in _RISEN.finditer(text):
        is_raised = (found["way"] or "").lower() == "p" or found["raised"] is not None
        pieces.append((text[end : found.start()], Rise.NONE))
        inner = found["tagged"] or found["raised"] or found["lowered"]
        pieces.append((inner, Rise.SUPER if is_raised else Rise.SUB))
        end = found.end()
    return joined([*pieces, (text[end:], Rise.NONE)])
