"""Sections: the pieces of a document that are commented on one by one. Joined they are the text, exactly.

A section begins at a heading, holds it, and runs to the next. A heading with no text of its own goes with
what follows it (the last one with what precedes it). A section too long for one call is cut between
paragraphs, else sentences, else words; one too short to say anything about joins a neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.documents.characters.text import WORD, count_words

from .headings import is_usual
from .model import Heading, Parsed
from .pieces import cut_to_size

MAX_WORDS = 900
MIN_WORDS = 30
BYLINE_WORDS = 15  # under a title: fewer are the writer, the date and the course
SAYS_ENOUGH = 12  # words under a heading that every essay has, such as Conclusion: a section, however short


@dataclass(frozen=True, slots=True)
class Section:
    """text is document[start:end]. A section cut for its size says which part of how many it is."""

    start: int
    end: int
    text: str
    heading_path: tuple[str, ...]  # from the highest heading down to its own; empty before the first
    words: int
    part: int = 1
    parts: int = 1

    @property
    def title(self) -> str:
        """The heading path in words, such as "Methods > Participants (2 of 3)"."""
        path = " > ".join(self.heading_path)
        if self.parts == 1:
            return path
        return f"{path} ({self.part} of {self.parts})" if path else f"Part {self.part} of {self.parts}"


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    words: int
    level: int  # of the heading it opens with; 0: before the first
    stands: bool = False  # alone, however few words it has

    def to(self, other: _Span) -> _Span:
        return _Span(self.start, other.end, self.words + other.words, self.level)


def split(
    document: Parsed | str,
    headings: Sequence[Heading] = (),
    *,
    max_words: int = MAX_WORDS,
    min_words: int = MIN_WORDS,
) -> tuple[Section, ...]:
    """The sections of a document. Blank text has none; no section has more than max_words words."""
    if isinstance(document, Parsed):
        headings, document = document.headings, document.text
    ordered = _valid(document, headings)
    spans = _join_small(_at_headings(document, ordered), min_words, max_words)
    return tuple(
        section for span in spans for section in _in_parts(document, ordered, span, max_words=max_words)
    )


def heading_path(text: str, headings: Sequence[Heading], start: int, end: int) -> tuple[str, ...]:
    """The path of a section: of the heading that it opens with, where headings without text of their own give
    way to the one that follows; of the heading above it, where it opens with none; else of its first."""
    path: list[Heading] = []
    for heading in headings:
        if heading.start >= end:
            break
        is_opening = heading.start <= start or _says_nothing(text, headings, path, start, heading.start)
        if not is_opening and path:
            break
        path = [above for above in path if above.level < heading.level]
        path.append(heading)
        if not is_opening:
            break
    if len(path) > 1 and _is_title(path[0], headings):
        del path[0]
    return tuple(heading.title for heading in path)


def _says_nothing(
    text: str, headings: Sequence[Heading], path: Sequence[Heading], start: int, end: int
) -> bool:
    """Whether a heading has no text of its own; under the document's title a name and a date are none."""
    words = count_words(text[_body_start(path, start) : end])
    return words == 0 or (len(path) == 1 and words < BYLINE_WORDS and _is_title(path[0], headings))


def _is_title(first: Heading, headings: Sequence[Heading]) -> bool:
    """Whether everything stands under this heading: it names the document and says nothing in a path."""
    return all(heading.level > first.level for heading in headings if heading is not first)


def _body_start(path: Sequence[Heading], start: int) -> int:
    return max(start, path[-1].end) if path else start


def _valid(text: str, headings: Sequence[Heading]) -> list[Heading]:
    """Headings in order, inside the text, none inside another."""
    valid: list[Heading] = []
    for heading in sorted(headings, key=lambda heading: (heading.start, heading.level)):
        if (valid[-1].end if valid else 0) <= heading.start < heading.end <= len(text):
            valid.append(heading)
    return valid


def _at_headings(text: str, headings: Sequence[Heading]) -> list[_Span]:
    """One span for each heading that has text of its own, and one for what stands before the first."""
    spans: list[_Span] = []
    start, level, body = 0, 0, 0
    usual = False
    for heading in [*headings, None]:
        end = heading.start if heading else len(text)
        if WORD.search(text, body, end):
            stands = usual and count_words(text[body:end]) >= SAYS_ENOUGH
            spans.append(_Span(start, end, count_words(text[start:end]), level, stands))
            start = end
        if heading:
            level, body, usual = heading.level, heading.end, is_usual(heading.title)
    if spans and start < len(text):  # headings, or blanks, that nothing follows
        spans[-1] = _Span(spans[-1].start, len(text), count_words(text[spans[-1].start :]), spans[-1].level)
    elif not spans and WORD.search(text):
        spans = [_Span(0, len(text), count_words(text), level)]
    return spans


def _join_small(spans: Sequence[_Span], min_words: int, max_words: int) -> list[_Span]:
    """Join what is too small to a neighbour, as long as the two fit in one section: the short opening of a
    chapter to its first subsection, anything else to what precedes it, else to what follows."""
    joined: list[_Span] = []
    for span, after in zip(spans, [*spans[1:], None], strict=False):
        opens_chapter = (
            after is not None and after.level > span.level and span.words + after.words <= max_words
        )
        before = joined[-1] if joined else None
        if before is None or before.words + span.words > max_words:
            joined.append(span)
        elif _needs_company(before, min_words) or (_needs_company(span, min_words) and not opens_chapter):
            joined[-1] = before.to(span)
        else:
            joined.append(span)
    return joined


def _needs_company(span: _Span, min_words: int) -> bool:
    return span.words < min_words and not span.stands


def _in_parts(text: str, headings: Sequence[Heading], span: _Span, *, max_words: int) -> list[Section]:
    path = heading_path(text, headings, span.start, span.end)
    cuts = cut_to_size(text, span.start, span.end, max_words)
    bounds = list(zip(cuts, [*cuts[1:], span.end], strict=True))
    return [
        Section(start, end, text[start:end], path, count_words(text[start:end]), part, len(bounds))
        for part, (start, end) in enumerate(bounds, 1)
    ]
