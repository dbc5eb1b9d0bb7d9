"""Cutting a text where spans begin and end, so that a template can mark it without building any HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .anchors import Span


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that the same spans cover. Spans are named by their index."""

    text: str
    marks: tuple[int, ...] = ()  # the spans that cover it, in the order given
    begins: tuple[int, ...] = ()  # those of them that begin with this piece: the place for a link target


def render_spans(text: str, spans: Sequence[Span | None]) -> Iterator[Piece]:
    """The text in pieces; joined they are the text. Spans may overlap, nest and touch; None and what lies
    outside the text mark nothing."""
    begins: dict[int, list[int]] = defaultdict(list)
    ends: dict[int, list[int]] = defaultdict(list)
    for index, span in enumerate(spans):
        if span is None:
            continue
        start, end = max(0, span.start), min(span.end, len(text))
        if start < end:
            begins[start].append(index)
            ends[end].append(index)
    covering: set[int] = set()
    at = 0
    for place in sorted({*begins, *ends, len(text)}):
        if place > at:
            yield Piece(text[at:place], tuple(sorted(covering)), tuple(begins.get(at, ())))
            at = place
        covering.difference_update(ends.get(place, ()))
        covering.update(begins.get(place, ()))
