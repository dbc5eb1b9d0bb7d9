"""A section's text cut where comments begin and end, so that a template can mark it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from uuid import UUID

from feedback.documents import Piece, Span, render_spans
from feedback.models import Comment, Document, Section
from feedback.providers.base import CommentKind


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text under the same comments (or under none)."""

    text: str
    is_heading: bool
    comments: tuple[UUID, ...]
    begins: tuple[UUID, ...]  # comments whose first stretch this is
    goes_to: UUID | None  # the narrowest comment on it
    tone: str  # praise or advice

    @property
    def is_plain(self) -> bool:
        return self.goes_to is None and not self.is_heading


def in_reading_order(comments: Sequence[Comment]) -> list[Comment]:
    """By place in the text; what is not anchored comes last."""
    return sorted(comments, key=lambda c: (c.start is None, c.start or 0, c.position))


def headings_of(section: Section) -> list[tuple[Span, str]]:
    """The headings that begin in a section, at their places in its text, with their titles."""
    first, after = (
        bisect_left(section.document.headings, place, key=itemgetter(0))
        for place in (section.start, section.end)
    )
    return [
        (Span(start - section.start, end - section.start), title)
        for start, end, _, title in section.document.headings[first:after]
    ]


def leading_titles(section: Section, text: str) -> list[str]:
    """The headings that a section's text opens with, before any other word."""
    titles, at = [], 0
    for span, title in headings_of(section):
        if text[at : span.start].strip():
            break
        titles.append(title)
        at = span.end
    return titles


def marks_of(section: Section, text: str, comments: Sequence[Comment]) -> Iterator[Mark]:
    """The text without its leading headings, which stand above it already, unless they are commented."""
    headings = [span for span, _ in headings_of(section)]
    anchored = [comment for comment in comments if comment.start is not None]
    begin, end = _body_start(text, headings, anchored), len(text.rstrip())
    spans = [Span(c.start or 0, c.end or 0) for c in anchored] + headings
    shifted = [Span(max(0, s.start - begin), s.end - begin) for s in spans]
    for piece in render_spans(text[begin:end], shifted):
        yield _mark(piece, anchored)


def _body_start(text: str, headings: Sequence[Span], comments: Sequence[Comment]) -> int:
    """Where the text goes on after the headings that it opens with."""
    begin = 0
    for span in headings:
        if text[begin : span.start].strip():
            break
        begin = span.end
    begin += len(text[begin:]) - len(text[begin:].lstrip("\n"))
    commented = any((comment.start or 0) < begin for comment in comments)
    return 0 if commented or begin >= len(text.rstrip()) else begin


def _mark(piece: Piece, comments: Sequence[Comment]) -> Mark:
    on_it = [comments[index] for index in piece.marks if index < len(comments)]
    narrowest = min(on_it, key=lambda c: (c.end or 0) - (c.start or 0), default=None)
    return Mark(
        text=piece.text,
        is_heading=any(index >= len(comments) for index in piece.marks),
        comments=tuple(comment.pk for comment in on_it),
        begins=tuple(comments[index].pk for index in piece.begins if index < len(comments)),
        goes_to=narrowest.pk if narrowest else None,
        tone="praise" if narrowest and narrowest.kind == CommentKind.PRAISE else "advice",
    )


def section_at(document: Document, sections: Sequence[Section], offset: int | None) -> Section | None:
    """The section in which a place of the whole text lies."""
    if offset is None:
        return None
    return next((section for section in sections if section.start <= offset < section.end), None)
