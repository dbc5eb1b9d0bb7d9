"""Headings that are not marked as such, found by how they look. Conservative: a wrong heading splits a
thought in two, a missed one only makes a longer section."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from feedback.documents.characters.text import count_words

from .blocks import Block

_NUMBER = re.compile(
    r"(?:(?:chapter|section|part|appendix|kapitel|teil|chapitre|capítulo)\s+(?P<named>[\dIVXA-Z]{1,5})\b[.:]?"
    r"|(?P<decimal>\d{1,2}(?:\.\d{1,2}){0,4})[.)]?"
    r"|(?P<roman>[IVX]{1,5}|[A-H])[.)])\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
_USUAL = frozenset({
    "abstract", "acknowledgements", "acknowledgments", "analysis", "appendix", "background", "bibliography",
    "conclusion", "conclusions", "discussion", "evaluation", "executive summary", "findings", "future work",
    "introduction", "limitations", "literature review", "method", "methodology", "methods", "recommendations",
    "references", "related work", "results", "summary", "works cited",
    "diskussion", "einleitung", "ergebnisse", "fazit", "literatur", "methode", "zusammenfassung",
    "bibliographie", "méthode", "résumé", "bibliografía", "conclusión", "introducción", "metodología",
    "resultados",
})  # fmt: skip
_MARKERS = ("- ", "* ", "• ", "– ", "[", "|", ">")
_MAX_WORDS = 12
_MAX_PLAIN_WORDS = 8  # where nothing but its place says that it is a heading
_PARAGRAPH_WORDS = 25  # what has to follow it then


def promote(blocks: Sequence[Block]) -> list[Block]:
    """Give a level to what looks like a heading, where the document marks at most its title as one."""
    if sum(block.level is not None for block in blocks) > 1:
        return list(blocks)
    around = [Block(""), *blocks, Block("")]
    return [
        block if block.level is not None else replace(block, level=_guess(before, block, after))
        for before, block, after in zip(around, around[1:], around[2:], strict=False)
    ]


def is_title_like(text: str, max_words: int = _MAX_WORDS) -> bool:
    """Whether a text has the shape of a title: one short line that neither starts nor ends as prose."""
    text = text.strip()
    return (
        0 < len(text) <= max_words * 10
        and "\n" not in text
        and not text.startswith(_MARKERS)
        and not text[0].islower()
        and not text.endswith((".", ",", ";", ":", "!", "…"))
        and any(character.isalpha() for character in text)
        and count_words(text) <= max_words
    )


def is_usual(title: str) -> bool:
    """Whether this is the name of a part that every essay or report has, numbered or not."""
    return _NUMBER.sub("", title.strip()).strip().lower() in _USUAL


def number_depth(text: str) -> int | None:
    """How deep a numbered title stands: 1 for "2 Methods" and "IV. Trial", 2 for "2.1 Participants"."""
    match = _NUMBER.match(text.strip())
    if match is None:
        return None
    return match["decimal"].count(".") + 1 if match["decimal"] else 1


def _guess(before: Block, block: Block, after: Block) -> int | None:
    text = block.words.strip()
    if not is_title_like(text) or not after.text.strip() or (block.kin == "item" and not block.emphatic):
        return None
    depth = number_depth(text)
    if depth is not None:
        return None if _is_list_item(depth, before, after) else depth
    if text.lower() in _USUAL or block.emphatic or _is_capitals(text):
        return 1
    stands_alone = count_words(text) <= _MAX_PLAIN_WORDS and not block.kin and text[0].isalnum()
    return 1 if stands_alone and count_words(after.words) >= _PARAGRAPH_WORDS else None


def _is_list_item(depth: int, before: Block, after: Block) -> bool:
    """A numbered line beside another of its depth counts things; a numbered heading has text below it."""
    next_depth = number_depth(after.words)
    return number_depth(before.words) == depth or (next_depth is not None and next_depth <= depth)


def _is_capitals(text: str) -> bool:
    return text.isupper() and sum(character.isalpha() for character in text) >= 4
