"""Markdown (.md), read as it renders: its page in HTML, and that as a browser would show it.

Tags that are no markup of a page (<Your name>, <script>) are text like any other. Comments are invisible.
Front matter, which is about the document and not in it, is left out. A note stands behind what refers to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.token import Token

from feedback.documents.characters.emphasis import Style, emphasised
from feedback.documents.characters.text import unify_lines
from feedback.documents.structure.blocks import Block

from ..unread import Unread
from .front_matter import without_front_matter
from .html import read_html

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NOTE = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*(.*(?:\n(?:[ \t]+\S.*))*)\n?", re.MULTILINE)
_NOTE_IN_LINE = re.compile(r"(?<=\S)\^\[([^\[\]\n]+)\]")  # a claim.^[Its source.]
_REFERENCE = re.compile(r"\[\^([^\]\s]+)\](?!:)")
_CODE = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?(?:^ {0,3}\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_ATTRIBUTES = re.compile(r"^(#{1,6} [^\n]*?)[ \t]*\{[#.][^{}\n]*\}[ \t]*$", re.MULTILINE)  # # Bread {#bread}
_LETTERED = re.compile(
    r"(?<=\S)[ \t]*\n(?=[ \t]*(?:\((?:[a-z]{1,4}|\d{1,3})\)|[a-z]\)|[ivx]{1,5}[.)])[ \t]+\S)"
)  # lists that Markdown does not know: each item keeps its line
_RISEN = re.compile(
    r"(?<=\w)\^(?P<raised>[^\s^]{1,20})\^|(?<=\w)(?<!~)~(?P<lowered>[^\s~]{1,20})~(?!~)",
)
_TAG = re.compile(r"</?([A-Za-z][\w-]*)[^<>]*>")
_MARKUP = frozenset({
    "a", "abbr", "article", "aside", "b", "big", "blockquote", "br", "caption", "center", "cite", "code",
    "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main",
    "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
})  # fmt: skip
_SENTENCE = (
    8  # words: a line of as many that ends as a sentence does is no heading, though a rule is under it
)


def read_markdown(text: str) -> tuple[list[Block], Unread]:
    """The blocks of a Markdown text (CommonMark with tables and notes), and what of it is invisible."""
    unread = Unread()
    text = without_front_matter(unify_lines(text))
    text, code = _aside(text)
    text = _COMMENT.sub(lambda comment: _leave(comment[0], unread), text)
    text = _LETTERED.sub("  \n", _ATTRIBUTES.sub(r"\1", text))
    text, notes = _without_notes(text)
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    shown = {name: _note(parser, note, unread) for name, note in notes.items()}
    blocks = read_html(_page(parser, _back(text, code), unread), unread)
    return list(_with_notes(blocks, shown)), unread


def _note(parser: MarkdownIt, note: str, unread: Unread) -> str:
    return " ".join(block.text for block in read_html(_page(parser, note, unread), unread))


def _page(parser: MarkdownIt, text: str, unread: Unread) -> str:
    """The text as a page of HTML that holds no tag but those of markup."""
    tokens = parser.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "html_block":
            token.content = _markup_alone(token.content)
        elif token.type == "inline":
            token.children = list(_children(token.children or [], unread))
        elif token.type == "heading_open" and _is_sentence(token, tokens[place + 1]):
            token.tag = tokens[place + 2].tag = "p"
    rendered: str = parser.renderer.render(tokens, parser.options, {})
    return rendered


def _is_sentence(heading: Token, title: Token) -> bool:
    is_underlined = heading.markup in {"-", "="}
    return is_underlined and title.content.endswith(".") and len(title.content.split()) >= _SENTENCE


def _children(tokens: Sequence[Token], unread: Unread) -> Iterator[Token]:
    for token in tokens:
        if token.type == "text":
            yield from _with_rises(token.content)
        elif token.type == "image":
            unread.pictures += 1
            yield from _with_rises(token.content)
        else:
            if token.type == "html_inline":
                token.content = _markup_alone(token.content)
            yield token


def _markup_alone(html: str) -> str:
    """HTML whose other tags are text."""
    return _TAG.sub(lambda tag: tag[0] if tag[1].lower() in _MARKUP else escape(tag[0], quote=False), html)


def _with_rises(text: str) -> Iterator[Token]:
    """A text with what its marks raise or lower: 10^5^, H~2~O."""
    end = 0
    for found in _RISEN.finditer(text):
        tag, inner = ("sup", found["raised"]) if found["raised"] is not None else ("sub", found["lowered"])
        yield Token("text", "", 0, content=text[end : found.start()])
        yield Token("html_inline", "", 0, content=f"<{tag}>{escape(inner, quote=False)}</{tag}>")
        end = found.end()
    yield Token("text", "", 0, content=text[end:])


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
    text = _NOTE.sub(lambda found: "" if found[1] in notes else found[0], text)

    def named(found: re.Match[str]) -> str:
        name = f"\x01{len(notes)}"
        notes[name] = found[1]
        return f"[^{name}]"

    return _NOTE_IN_LINE.sub(named, text), notes


def _with_notes(blocks: Sequence[Block], notes: Mapping[str, str]) -> Iterator[Block]:
    """The blocks, their notes numbered; each note is given once, behind the first block that refers to it."""
    numbers: dict[str, int] = {}
    for block in blocks:
        first: list[Block] = []

        def number(reference: re.Match[str], first: list[Block] = first) -> str:
            name = reference[1]
            if name not in notes:
                return reference[0]
            if name not in numbers:
                numbers[name] = len(numbers) + 1
                first.append(Block(f"[{numbers[name]}] {notes[name]}"))
            return emphasised(f"[{numbers[name]}]", [Style.SUPER])

        yield replace(block, text=_REFERENCE.sub(number, block.text))
        yield from first
