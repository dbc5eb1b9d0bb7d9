"""Emphasis: words in bold or italics, raised or lowered, beside a text that is the same without it.

A reader puts signs around such words (characters that no text has), so that they keep their place while lines
and cells are joined. Where the text is put together the signs are taken out, and what they enclosed becomes
stretches of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, zip_longest


class Style(StrEnum):
    STRONG = "strong"
    ITALIC = "italic"
    SUPER = "super"
    SUB = "sub"
    SIGN = "sign"  # what stands for a place above or below the line where letters can't: ^( and )


@dataclass(frozen=True, slots=True)
class Emphasis:
    """A stretch of a text, text[start:end], in one style."""

    start: int
    end: int
    style: Style

    def moved(self, by: int) -> Emphasis:
        return Emphasis(self.start + by, self.end + by, self.style)


_FIRST = 0xFDE0  # no characters: free for the use inside a program (Unicode, 23.7)
_OPENS = {style: chr(_FIRST + 2 * index) for index, style in enumerate(Style)}
_CLOSES = {style: chr(_FIRST + 2 * index + 1) for index, style in enumerate(Style)}
_STYLES = {ord(sign): style for signs in (_OPENS, _CLOSES) for style, sign in signs.items()}
_SIGN = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + 2 * len(Style) - 1)}]")


def emphasised(text: str, styles: Iterable[Style]) -> str:
    """The text with signs close around its words. What is empty has no emphasis."""
    words = text.strip()
    for style in styles if words else ():
        start = text.index(words)
        marked = f"{_OPENS[style]}{words}{_CLOSES[style]}"
        text = f"{text[:start]}{marked}{text[start + len(words) :]}"
        words = marked
    return text


def opening(style: Style) -> str:
    return _OPENS[style]


def closing(style: Style) -> str:
    return _CLOSES[style]


def bare(text: str) -> str:
    """The text without signs."""
    return _SIGN.sub("", text)


def taken_out(text: str) -> tuple[str, list[Emphasis]]:
    """The text without signs, and what they enclosed. A sign without its other half encloses nothing."""
    pieces: list[str] = []
    found: list[Emphasis] = []
    begun: dict[Style, list[int]] = defaultdict(list)
    length = at = 0
    for sign in _SIGN.finditer(text):
        pieces.append(text[at : sign.start()])
        length += sign.start() - at
        at = sign.end()
        style = _STYLES[ord(sign[0])]
        if sign[0] == _OPENS[style]:
            begun[style].append(length)
        elif begun[style] and (start := begun[style].pop()) < length and not begun[style]:
            found.append(Emphasis(start, length, style))
    return "".join([*pieces, text[at:]]), found


def put_in(text: str, found: Iterable[Emphasis]) -> str:
    """The text with signs around these stretches of it: taken out again, they are the same."""
    signs: dict[int, str] = defaultdict(str)
    for each in found:
        signs[each.start] += _OPENS[each.style]
        signs[each.end] = _CLOSES[each.style] + signs[each.end]
    places = sorted({0, *signs})
    return "".join(signs[place] + text[place:after] for place, after in zip_longest(places, places[1:]))


def moved(found: Sequence[Emphasis], text: str, cleaned: Callable[[str], str], into: str) -> list[Emphasis]:
    """The stretches of a text where they are once it is cleaned, which changes white space and takes letters
    out, but moves none: the letters that each stretch begins and ends with are counted."""
    places = sorted({0, len(text), *(place for each in found for place in (each.start, each.end))})
    letters = dict.fromkeys(places, 0)
    for before, place in pairwise(places):
        letters[place] = letters[before] + len(_letters(cleaned(text[before:place])))
    there = [*_letters(into), len(into)]
    if letters[len(text)] + 1 != len(there):
        return []  # cut in two, a letter became another: rather no emphasis than one on other words
    stretches = (
        Emphasis(there[letters[each.start]], _after(into, there[letters[each.end] - 1]), each.style)
        for each in found
        if letters[each.start] < letters[each.end]
    )
    return merged(stretches, into)


def merged(found: Iterable[Emphasis], text: str) -> list[Emphasis]:
    """In the order of the text; stretches of one style with only white space between them are one."""
    last: dict[Style, Emphasis] = {}
    done: list[Emphasis] = []
    for each in sorted(found, key=lambda each: (each.start, each.end, each.style)):
        before = last.get(each.style)
        if before is not None and (each.start <= before.end or text[before.end : each.start].isspace()):
            each = Emphasis(before.start, max(before.end, each.end), each.style)
        elif before is not None:
            done.append(before)
        last[each.style] = each
    return sorted([*done, *last.values()], key=lambda each: (each.start, each.end, each.style))


def _letters(text: str) -> list[int]:
    """Where the letters of a text are: what is seen, each with the marks on it."""
    return [at for at, letter in enumerate(text) if not (letter.isspace() or unicodedata.combining(letter))]


def _after(text: str, place: int) -> int:
    """Behind a letter and the marks on it."""
    place += 1
    while place < len(text) and unicodedata.combining(text[place]):
        place += 1
    return place
