"""Choosing the span that a comment quotes, so that searching for the quote finds the right place."""

from __future__ import annotations

import re

from .spans import Span

MAX_QUOTE = 2000  # the contract's bound
COMFORTABLE = 320  # characters: a longer quote is cut at a word, it only has to point
_STEP = re.compile(r"\s*\S+")
_MAX_STEPS = 60


def anchor(text: str, start: int, end: int) -> Span | None:
    """A span from `start` whose first occurrence in the text is itself; None where there is none.

    A passage that occurs earlier too is lengthened word by word, first to the right, then to the left.
    """
    span = _clipped(text, _stripped(text, start, end))
    if span.start >= span.end:
        return None
    return _grown(text, span, to_left=False) or _grown(text, span, to_left=True)


def _grown(text: str, span: Span, *, to_left: bool) -> Span | None:
    start, end = span.start, span.end
    for _ in range(_MAX_STEPS):
        if end - start > MAX_QUOTE:
            return None
        if text.find(text[start:end]) == start:
            return Span(start, end)
        if to_left:
            moved = _word_before(text, start)
            if moved == start:
                return None
            start = moved
        else:
            match = _STEP.match(text, end)
            if match is None:
                return None
            end = match.end()
    return None


def _word_before(text: str, start: int) -> int:
    while start > 0 and text[start - 1].isspace():
        start -= 1
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    return start


def _stripped(text: str, start: int, end: int) -> Span:
    raw = text[start:end]
    first = start + len(raw) - len(raw.lstrip())
    return Span(first, first + len(raw.strip()))


def _clipped(text: str, span: Span) -> Span:
    if span.end - span.start <= COMFORTABLE:
        return span
    cut = max(
        text.rfind(" ", span.start, span.start + COMFORTABLE),
        text.rfind("\n", span.start, span.start + COMFORTABLE),
    )
    return _stripped(text, span.start, cut if cut > span.start else span.start + COMFORTABLE)
