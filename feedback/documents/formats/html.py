"""HTML as blocks, as a browser would show it: what a Word document takes in, what Markdown renders to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from feedback.documents.characters.emphasis import Style, emphasised
from feedback.documents.characters.raised import Piece, Rise, joined
from feedback.documents.structure.blocks import Block

from ..sight import PAPER, is_lost_on
from ..unread import Unread

_SILENT = frozenset({"head", "script", "style", "template", "noscript", "title", "svg", "object", "iframe"})
_EMPTY = frozenset(
    {"br", "img", "hr", "meta", "link", "input", "wbr", "col", "area", "base", "embed", "source"}
)
_BLOCKS = frozenset({
    "p", "div", "section", "article", "blockquote", "pre", "li", "ul", "ol", "table", "tr", "figure",
    "figcaption", "dl", "dd", "dt", "header", "footer", "main", "body", "h1", "h2", "h3", "h4", "h5", "h6",
    "aside", "nav", "address", "center", "details", "summary", "caption",
})  # fmt: skip
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)"
    r"|font-size\s*:\s*[0-2](?:\.\d+)?(?:px|pt)|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?<!-)color\s*:\s*(?:#([0-9a-f]{6}|[0-9a-f]{3})|(white))", re.IGNORECASE)
_GROUND = re.compile(r"background", re.IGNORECASE)
_HEADING = re.compile(r"h([1-6])")
_STYLES = {"b": Style.STRONG, "strong": Style.STRONG, "i": Style.ITALIC, "em": Style.ITALIC}


def read_html(text: str, unread: Unread) -> list[Block]:
    """The blocks of an HTML text; invisible text is counted as unread."""
    reader = _Reader(unread)
    reader.feed(text)
    reader.close()
    reader.end_block()
    return reader.blocks


class _Reader(HTMLParser):
    def __init__(self, unread: Unread) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._unread = unread
        self._open: list[tuple[str, bool, Rise]] = []  # each open tag, whether it is seen, how it is raised
        self._pieces: list[Piece] = []
        self._lists: list[int | None] = []
        self._cells: list[str] | None = None
        self._level: int | None = None
        self._marker = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._pieces.append(("\n", Rise.NONE))
        elif tag == "img":
            self._unread.pictures += 1
        if tag in _EMPTY:
            return
        if tag in _BLOCKS and self._cells is None:
            self.end_block()
        self._begin(tag, {name: value or "" for name, value in attrs})
        seen = self._is_seen() and not _is_unseen(dict(attrs))
        rise = {"sup": Rise.SUPER, "sub": Rise.SUB}.get(tag, self._open[-1][2] if self._open else Rise.NONE)
        self._open.append((tag, seen, rise))

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if found := _HEADING.fullmatch(tag):
            self._level = int(found[1])
        elif tag in {"ul", "ol"}:
            start = attributes.get("start", "1")
            self._lists.append(None if tag == "ul" else int(start) if start.isdigit() else 1)
        elif tag == "li":
            self._marker = self._next_marker()
        elif tag == "tr":
            self._cells = []

    def _next_marker(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def handle_endtag(self, tag: str) -> None:
        if all(tag != opened for opened, _, _ in self._open):
            return
        while self._open.pop()[0] != tag:
            pass
        if tag in {"td", "th"} and self._cells is not None:
            self._cells.append(self._text())
        elif tag == "tr" and self._cells is not None:
            cells, self._cells = self._cells, None
            self._pieces = [(" | ".join(filter(None, cells)), Rise.NONE)]
            self.end_block(kin="row")
        elif _HEADING.fullmatch(tag) and not self._pieces:
            self.blocks.append(Block("", self._level))
        elif tag in _BLOCKS and self._cells is None:
            self.end_block()
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        if _HEADING.fullmatch(tag):
            self._level = None

    def handle_data(self, data: str) -> None:
        if any(tag in _SILENT for tag, _, _ in self._open):
            return
        if not self._is_seen():
            self._unread.leave_unseen(data)
            return
        text = data if any(tag == "pre" for tag, _, _ in self._open) else self._collapsed(data)
        rise = self._open[-1][2] if self._open else Rise.NONE
        styles = {_STYLES[tag] for tag, _, _ in self._open if tag in _STYLES}
        self._pieces.append((text if rise else emphasised(text, sorted(styles)), rise))

    def _collapsed(self, data: str) -> str:
        """White space is one blank, and none at the head of a line."""
        text = re.sub(r"\s+", " ", data)
        is_head = bool(self._pieces) and self._pieces[-1][0].endswith("\n")
        return text.lstrip() if is_head else text

    def _is_seen(self) -> bool:
        return self._open[-1][1] if self._open else True

    def _text(self) -> str:
        pieces, self._pieces = self._pieces, []
        return joined(pieces).strip()

    def end_block(self, kin: str = "") -> None:
        """Close the paragraph that is being read."""
        if not (text := self._text()):
            return
        if self._lists and self._level is None:
            depth = "  " * min(len(self._lists) - 1, 8)
            text, kin, self._marker = f"{depth}{self._marker or '  '}{text}", "item", ""
        self.blocks.append(Block(text, self._level, kin=kin))


def _is_unseen(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style") or ""
    if colour := attributes.get("color"):  # of <font>
        style = f"{style};color:{colour}"
    if "hidden" in attributes or _UNSEEN.search(style):
        return True
    return not _GROUND.search(style) and any(is_lost_on(colour, PAPER) for colour in _colours(style))


def _colours(style: str) -> Iterator[str]:
    for written, white in _COLOUR.findall(style):
        digits = PAPER if white else written.upper()
        yield digits if len(digits) == len(PAPER) else "".join(digit * 2 for digit in digits)
