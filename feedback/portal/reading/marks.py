"""A section's text cut where comments begin and end, so that a template can mark it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Self
from uuid import UUID

from feedback.documents import Piece, Span, render_spans
from feedback.models import Comment, Document, Section
from feedback.providers.base import CommentKind


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text under the same comments (or under none)."""

    text: str
    is_heading: bool
    comments: tuple[UUID, ...] = ()
    begins: tuple[UUID, ...] = ()  # comments that begin with this stretch
    leads_to: UUID | None = None  # the comment that its link opens: each is led to from one stretch at most
    tone: str = "advice"  # or praise
    styles: tuple[str, ...] = ()  # of its words, as they were handed in

    @property
    def is_plain(self) -> bool:
        return not self.comments and not self.is_heading and not self.styles

    def cut(self, length: int) -> tuple[Self, Self | None]:
        """Its first characters, and the rest, in which nothing begins any more."""
        if length >= len(self.text):
            return self, None
        rest = replace(self, text=self.text[length:], begins=(), leads_to=None)
        return replace(self, text=self.text[:length]), rest

    def begun_by(self, before: Mark) -> Self:
        """With what begins in another stretch, which is not shown."""
        if not before.begins:
            return self
        begins = (*before.begins, *self.begins)
        return replace(self, begins=begins, leads_to=before.leads_to or self.leads_to)

    @classmethod
    def nothing(cls) -> Self:
        return cls("", is_heading=False)


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


def emphasis_of(section: Section) -> list[tuple[Span, str]]:
    """What is emphasised in a section, at its places in its text, with its style."""
    known = section.document.emphasis
    last = bisect_left(known, section.end, key=itemgetter(0))
    return [
        (Span(max(0, start - section.start), end - section.start), style)
        for start, end, style in known[:last]
        if end > section.start
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
    emphasis = emphasis_of(section)
    spans = [Span(c.start or 0, c.end or 0) for c in anchored] + headings + [span for span, _ in emphasis]
    shifted = [Span(max(0, s.start - begin), s.end - begin) for s in spans]
    styles = {len(anchored) + len(headings) + index: style for index, (_, style) in enumerate(emphasis)}
    led_to: set[UUID] = set()
    for piece in render_spans(text[begin:end], shifted):
        mark = _mark(piece, anchored, styles, led_to)
        if mark.leads_to:
            led_to.add(mark.leads_to)
        yield mark


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


def _mark(piece: Piece, comments: Sequence[Comment], styles: Mapping[int, str], led_to: Set[UUID]) -> Mark:
    on_it = [comments[index] for index in piece.marks if index < len(comments)]
    narrowest = min(on_it, key=_length, default=None)
    new = min((comment for comment in on_it if comment.pk not in led_to), key=_length, default=None)
    return Mark(
        text=piece.text,
        is_heading=any(index >= len(comments) and index not in styles for index in piece.marks),
        comments=tuple(comment.pk for comment in sorted(on_it, key=_length)),
        begins=tuple(comments[index].pk for index in piece.begins if index < len(comments)),
        leads_to=new.pk if new else None,
        styles=tuple(styles[index] for index in piece.marks if index in styles),
        tone="praise" if narrowest and narrowest.kind == CommentKind.PRAISE else "advice",
    )


def _length(comment: Comment) -> int:
    return (comment.end or 0) - (comment.start or 0)


def section_at(document: Document, sections: Sequence[Section], offset: int | None) -> Section | None:
    """The section in which a place of the whole text lies."""
    if offset is None:
        return None
    return next((section for section in sections if section.start <= offset < section.end), None)
