"""Anchors: where in a text a quotation stands, though a model seldom quotes letter by letter.

Tried in order, and the first that succeeds counts: the exact characters; the words as they read (see
folding); a quotation with a gap ("It began … ended") part by part; and words with small edits, where at least
80 % are alike. What is found is always a span of the text itself, so that what is shown is what the student
wrote. What is not honestly there is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .folding import Folded, fold, folded
from .similar import most_similar

_MAX_QUOTE = 4_000  # characters; a longer one is no quotation
_MAX_GAP = 1_000  # folded characters that an ellipsis may stand for
_MIN_GAPPED_WORDS = 4
_MAX_ATTEMPTS = 50  # places where a quotation with a gap may begin
_EDGE = " '.,;:-#>"  # what a model puts around a quotation
_ELLIPSIS = re.compile(r"\s*[\[(]?\.{3,}[\])]?\s*")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """text[start:end]."""

    start: int
    end: int


def anchor(text: str, quote: str, *, near: int | None = None) -> Span | None:
    """The span of text that a quote speaks of, or None.

    Of several places the one nearest to the offset `near` is taken, else the first; whole words go before
    parts of words. Linear in the text, but for the few windows that an edited quotation is compared with.
    """
    if not quote or len(quote) > _MAX_QUOTE:
        return None
    exact = _nearest(text, quote, near)
    if exact is not None:
        return Span(exact, exact + len(quote))
    reads, sought = folded(text), fold(quote).text.strip()
    near_folded = None if near is None else reads.place(near)
    found = _as_it_reads(reads, sought, near_folded)
    return found and Span(reads.starts[found.start], reads.ends[found.end - 1])


def _as_it_reads(reads: Folded, sought: str, near: int | None) -> Span | None:
    """The span in the folded text."""
    for form in (sought, sought.strip(_EDGE)):
        place = _nearest(reads.text, form, near) if form else None
        if place is not None:
            return Span(place, place + len(form))
    sought = sought.strip(_EDGE)
    found = _with_gaps(reads.text, sought, near) or most_similar(reads, _WORD.findall(sought), near)
    return found and Span(*found)


def _nearest(text: str, quote: str, near: int | None) -> int | None:
    """Where the quote stands: whole words before parts of words, then by distance from near."""
    best: tuple[bool, int, int] | None = None
    for place in _places(text, quote):
        is_part = not _is_whole(text, place, place + len(quote))
        if near is None and not is_part:
            return place
        rank = (is_part, abs(place - (near or 0)), place)
        best = min(best, rank) if best else rank
    return best[2] if best else None


def _places(text: str, quote: str) -> Iterator[int]:
    place = text.find(quote)
    while place >= 0:
        yield place
        place = text.find(quote, place + len(quote))


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word is cut at either end."""
    cuts_first = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    cuts_last = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not (cuts_first or cuts_last)


def _with_gaps(text: str, sought: str, near: int | None) -> tuple[int, int] | None:
    """The span of a quotation without its middle, from its first part to its last."""
    first, *rest = [part for part in _ELLIPSIS.split(sought) if part] or [""]
    if not rest or len(_WORD.findall(sought)) < _MIN_GAPPED_WORDS:
        return None
    found: list[tuple[int, int]] = []
    for attempt, place in enumerate(_places(text, first)):
        end = _end_of_parts(text, rest, place + len(first))
        if end is not None and _is_whole(text, place, end):
            found.append((place, end))
        if attempt >= _MAX_ATTEMPTS or (found and near is None):
            break
    return min(found, key=lambda span: abs(span[0] - (near or 0)), default=None)


def _end_of_parts(text: str, parts: list[str], end: int) -> int | None:
    for part in parts:
        place = text.find(part, end, end + _MAX_GAP + len(part))
        if place < 0:
            return None
        end = place + len(part)
    return end
