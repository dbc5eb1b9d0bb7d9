"""The headings of a PDF, by what the document itself says: its tags, its outline, its looks, its numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.documents.structure.headings import is_title_like, number_depth

from .lines import LARGER, Body, Line

_TITLE_WORDS = 25  # of one that its look makes a heading
_DEEPEST = 6
_TAG = re.compile(r"H([1-6])?|Title")
_FEWEST = 2  # headings that a document must mark before its marks are believed
_NUMBER = re.compile(r"^[\divxIVX.]+[.)]?\s+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    lines: Sequence[Line]
    text: str
    marked: str  # with the signs of its emphasis

    @property
    def first(self) -> Line:
        return self.lines[0]


def levels_of(
    paragraphs: Sequence[Paragraph], body: Body, outline: Sequence[tuple[int, str]]
) -> list[int | None]:
    """The level of each paragraph that is a heading, None of the others."""
    for levels in (_by_tags(paragraphs), _by_outline(paragraphs, outline)):
        if sum(level is not None for level in levels) >= _FEWEST:
            return levels
    return _by_look(paragraphs, body)


def _by_tags(paragraphs: Sequence[Paragraph]) -> list[int | None]:
    found = (_TAG.fullmatch(each.first.tag) for each in paragraphs)
    return [int(match[1] or 1) if match else None for match in found]


def _by_outline(paragraphs: Sequence[Paragraph], outline: Sequence[tuple[int, str]]) -> list[int | None]:
    """Titles of the outline where they stand in the text, in its order, so that each is found once."""
    waiting = [(level, plain(title)) for level, title in outline if plain(title)]
    levels: list[int | None] = []
    for each in paragraphs:
        own = plain(each.text) if is_title_like(each.text, _TITLE_WORDS) else ""
        place = next((index for index, (_, title) in enumerate(waiting) if own and title == own), None)
        levels.append(None if place is None else min(waiting[place][0], _DEEPEST))
        if place is not None:
            del waiting[: place + 1]
    found = sum(level is not None for level in levels)
    return levels if found * 2 >= len(outline) else [None] * len(levels)


def plain(title: str) -> str:
    """A title by which a line is known again: its words, without number, marks and case."""
    return re.sub(r"\W+", " ", _NUMBER.sub("", title)).strip().casefold()


def _by_look(paragraphs: Sequence[Paragraph], body: Body) -> list[int | None]:
    """The larger the higher, bold before regular; of headings of one look, the fewer numbers the higher."""
    shown = [_is_heading(each, body) for each in paragraphs]
    _drop_byline(paragraphs, shown)
    looks = sorted(
        {_look(each) for each, is_shown in zip(paragraphs, shown, strict=True) if is_shown}, reverse=True
    )
    ranks = {look: rank for rank, look in enumerate(looks, 1)}
    return [
        min(ranks[_look(each)] + _depth(each.text), _DEEPEST) if is_shown else None
        for each, is_shown in zip(paragraphs, shown, strict=True)
    ]


def _depth(text: str) -> int:
    """How much deeper than its look a numbered title stands: 1 for "2.1 Participants"."""
    return (number_depth(text) or 1) - 1


def _look(paragraph: Paragraph) -> tuple[float, bool]:
    return paragraph.first.size, paragraph.first.bold


def _is_heading(paragraph: Paragraph, body: Body) -> bool:
    first = paragraph.first
    if first.answer or not is_title_like(paragraph.text, _TITLE_WORDS):
        return False
    return first.size >= body.size * LARGER or (first.bold and not body.bold and first.size >= body.size)


def _drop_byline(paragraphs: Sequence[Paragraph], shown: list[bool]) -> None:
    """Names, dates and institutes under a title: a look of their own, straight below it, and nowhere else."""
    looks = Counter(_look(each) for each, is_shown in zip(paragraphs, shown, strict=True) if is_shown)
    first = next((index for index, is_shown in enumerate(shown) if is_shown), None)
    if first is None or len(looks) < _FEWEST + 1:
        return
    for index in range(first + 1, len(shown)):
        if not shown[index]:
            return
        if looks[_look(paragraphs[index])] > 2 or paragraphs[index].first.bold:
            return
        shown[index] = False
