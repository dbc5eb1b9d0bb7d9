"""Markdown (.md), read as it renders: headings, text without its marks, lists and tables as lines.

Raw HTML is text like any other. Front matter, which is about the document and not in it, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from ..blocks import Block

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n.*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def read_markdown(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text (CommonMark with tables)."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    yield from _Tokens().blocks(parser.parse(_FRONT_MATTER.sub("", text, count=1)))


class _Tokens:
    """One walk over the token stream; opened lists and the cells of the current row are remembered."""

    def __init__(self) -> None:
        self._lists: list[int | None] = []  # the next number of each open list; None: bullets
        self._marker = ""  # of the item that was opened and has no text yet
        self._level: int | None = None
        self._cells: list[str] | None = None

    def blocks(self, tokens: list[Token]) -> Iterator[Block]:
        for token in tokens:
            if token.type == "inline":
                yield from self._text("".join(_inline(token.children or [])))
            elif token.type in {"fence", "code_block"}:
                yield from self._text(token.content)
            elif token.type == "tr_close":
                yield Block(" | ".join(cell for cell in self._cells or [] if cell), kin="row")
                self._cells = None
            else:
                self._open_or_close(token)

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
        else:
            yield token.content
