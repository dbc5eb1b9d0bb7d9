"""Markdown: comments as footnotes at the end of the passages that they speak of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from feedback.documents import Style

from .model import Block, Export, Piece, printable

_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_MARKS = {Style.STRONG: "**", Style.ITALIC: "*"}
_AT_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+](?=\s)|\d+(?=[.)]\s)|~~~|=+$|-+$)")


def markdown(export: Export) -> bytes:
    return ("\n\n".join(_paragraphs(export)).strip() + "\n").encode()


def _paragraphs(export: Export) -> Iterator[str]:
    titles = export.titles
    if export.origin:
        yield _front_matter(export)
    yield from (_block(block) for block in export.blocks if block.text.strip())
    yield "---"
    yield f"*{_plain(f'{export.about} {export.author}'.strip())}*"
    if export.origin:
        yield _plain(export.origins)
    if export.remark:
        yield _plain(export.remark)
    yield from (f"**{_plain(name)}:** {_plain(words)}" for name, words in (*export.teacher, *export.levels))
    if export.summary:
        yield _plain(export.summary)
    for title, items in ((titles.strengths, export.strengths), (titles.next_steps, export.next_steps)):
        if items:
            yield f"## {title}"
            yield "\n".join(f"- {_plain(item)}" for item in items)
    loose = [note for note in export.notes if not note.is_anchored]
    if loose:
        yield f"## {titles.loose}"
        yield "\n".join(f"- **{_plain(note.title)}:** {_plain(note.words)}" for note in loose)
    for note in export.notes:
        if note.is_anchored:
            yield f"[^{note.number}]: **{_plain(note.title)}:** {_plain(note.words)}"


def _front_matter(export: Export) -> str:
    """The origin as YAML, for programs."""
    lines = (
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(words, ensure_ascii=False)}"
        for name, words in export.origin
    )
    return "\n".join(["---", f"lang: {export.language}", *map(printable, lines), "---"])


def _block(block: Block) -> str:
    text = "".join(
        _in_style(piece) + "".join(f"[^{number}]" for number in piece.ends) for piece in block.pieces
    ).strip()
    if block.level:
        return f"{'#' * min(block.level, 6)} {text}"
    return _AT_START.sub(r"\1\\\2", text)


def _in_style(piece: Piece) -> str:
    """Markdown has no letters above or below the line: they keep the signs for that."""
    text = _escaped(piece.text)
    words = text.strip()
    marks = "".join(mark for style, mark in _MARKS.items() if style in piece.styles)
    return text.replace(words, f"{marks}{words}{marks[::-1]}") if words else text


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", printable(text))


def _plain(text: str) -> str:
    """On one line: a footnote or an item ends at an empty one."""
    return _escaped(" ".join(text.split()))
