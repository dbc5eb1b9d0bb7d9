"""PDF by typst: tagged, in a language, with its origin; the comments as notes that the passages link to.

The text goes in as data, never as markup. The engine refuses what PDF/UA-1 forbids. Its letters
come with it (Literata, and what the wheel embeds); for other scripts a font of the system is used, if
there is one. What no font has is shown as a question mark, and the first page says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typst

from .model import Block, Export, Note, Piece, printable

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
SYSTEM = tuple(
    Path("/usr/share/fonts") / kind for kind in ("truetype/dejavu", "truetype/noto", "opentype/noto")
)
DEEPEST = 6  # heading levels
MOST_REFUSED = 400  # letters without a font in one document; more is no text of this product's readers
QUOTE = 160  # characters of a passage beside its comment

Shown = Callable[[str], str]  # with a question mark for each letter that no font has

_NO_FONT = re.compile(r"the text [`\"“]+(.+?)[`\"”]+ could not be displayed", re.DOTALL)


class Unprintable(ValueError):
    """The engine refuses this document."""


def pdf(export: Export) -> bytes:
    """Compiled until no letter is refused: each refusal names the letters that no font has."""
    lacking: set[str] = set()
    for _ in range(MOST_REFUSED):
        try:
            return _compiled(_page(export, lacking))
        except typst.TypstError as refusal:
            letters = {letter for found in _NO_FONT.findall(str(refusal)) for letter in found} - lacking
            if not letters:
                raise Unprintable(str(refusal)) from refusal
            lacking |= letters | _of_its_script(export, letters)
    raise Unprintable("too many letters are in no font")


def _compiled(page: dict[str, Any]) -> bytes:
    made = typst.Compiler(
        HERE / "page.typ",
        font_paths=[FONTS, *(folder for folder in SYSTEM if folder.is_dir())],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(page)},
    ).compile(format="pdf", pdf_standards=["ua-1"])
    if not isinstance(made, bytes):
        raise Unprintable("the engine gave no document")
    return made


def _of_its_script(export: Export, letters: set[str]) -> set[str]:
    """Letters of the text in the same block of 256 code points: one refusal stands for a script."""
    pages = {ord(letter) >> 8 for letter in letters if ord(letter) >= 0x500}
    text = json.dumps(_page(export, set()), ensure_ascii=False)
    return {letter for letter in set(text) if ord(letter) >> 8 in pages}


def _page(export: Export, lacking: set[str]) -> dict[str, Any]:
    def shown(text: str) -> str:
        return "".join("?" if letter in lacking else letter for letter in printable(text))

    titles = export.titles
    lists = ((titles.strengths, export.strengths), (titles.next_steps, export.next_steps))
    return {
        "title": shown(export.title)[:255] or "-",
        "language": export.language,
        "origin": shown(export.origins),
        "keywords": [shown(words) for _, words in export.origin],
        "above": [shown(export.about), *([titles.lacking] if lacking else [])],
        "blocks": list(_blocks(export.blocks, shown)),
        "feedback": shown(titles.feedback),
        "below": [shown(line) for line in (export.author, export.origins) if line],
        "paragraphs": [shown(text) for text in (export.remark, export.summary) if text],
        "facts": [[shown(name), shown(words)] for name, words in (*export.teacher, *export.levels)],
        "lists": [
            {"title": shown(title), "items": [shown(item) for item in items]}
            for title, items in lists
            if items
        ],
        "comments": shown(titles.comments),
        "notes": [_note(note, shown) for note in export.notes],
    }


def _blocks(blocks: Sequence[Block], shown: Shown) -> Iterator[dict[str, Any]]:
    """Levels without a gap: a heading is at most one deeper than the heading before it."""
    deepest = 0
    for block in blocks:
        if not block.text.strip():
            continue
        level = min(block.level, deepest + 1, DEEPEST)
        deepest = level or deepest
        yield {"level": level, "pieces": [_piece(piece, shown) for piece in block.pieces]}


def _piece(piece: Piece, shown: Shown) -> dict[str, Any]:
    return {
        "text": shown(piece.words),
        "styles": list(piece.styles),
        "note": piece.notes[0] if piece.notes else 0,
        "ends": list(piece.ends),
    }


def _note(note: Note, shown: Shown) -> dict[str, Any]:
    return {
        "key": note.number,
        "number": note.number if note.is_anchored else 0,
        "title": shown(note.title),
        "quote": shown(" ".join(note.quote.split())[:QUOTE]),
        "words": shown(note.words),
    }
