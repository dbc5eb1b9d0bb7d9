"""The split as its author corrects it: where each section begins, and what it is called.

An outline is a list of cuts. Each correction makes another outline, which is used only if its sections are
possible; whatever the corrections, the sections joined are the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from feedback.documents import messages
from feedback.documents.anchoring.corrections import MAX_SECTIONS, SplitError, resplit
from feedback.documents.anchoring.differences import compare
from feedback.documents.characters.text import WORD, clean, one_line
from feedback.messages.model import message

from .model import Parsed
from .pieces import places_to_cut
from .sections import Section

MAX_TITLE = 120  # characters


@dataclass(frozen=True, slots=True)
class Cut:
    """The beginning of a section; a title in place of its heading's, where its author gave one."""

    start: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class DivisionPoint:
    """A point where a section may be divided, with the words that would open the new one."""

    start: int
    opening: str


Outline = tuple[Cut, ...]


def outline_of(sections: Iterable[Section]) -> Outline:
    """The cuts that make these sections."""
    return tuple(Cut(section.start) for section in sections)


def outlined(document: Parsed, outline: Outline) -> tuple[Section, ...]:
    """The sections of an outline; raises SplitError where they cannot be used."""
    titles = {cut.start: cut.title for cut in outline}
    boundaries = [start for start in titles if start]
    sections = resplit(document, boundaries=boundaries, max_sections=len(boundaries) + 1)
    return _numbered([_titled(section, titles.get(section.start, "")) for section in sections])


def merged(document: Parsed, outline: Outline, start: int) -> Outline:
    """The section that begins here and the next one become one; raises SplitError."""
    index = _index(outline, start)
    if index + 1 == len(outline):
        raise SplitError(messages.LAST_SECTION)
    return _checked(document, outline[: index + 1] + outline[index + 2 :])


def divided(document: Parsed, outline: Outline, at: int) -> Outline:
    """A section begins here as well; raises SplitError."""
    if any(cut.start == at for cut in outline):
        raise SplitError(messages.DIVIDED_ALREADY)
    if len(outline) >= MAX_SECTIONS:
        raise SplitError(message(messages.NO_MORE_SECTIONS, most=MAX_SECTIONS))
    return _checked(document, tuple(sorted({*outline, Cut(at)}, key=lambda cut: cut.start)))


def renamed(document: Parsed, outline: Outline, start: int, title: str) -> Outline:
    """The section that begins here gets a title of its own; an empty one gives its heading back."""
    index = _index(outline, start)
    title = one_line(clean(title)[0])
    if len(title) > MAX_TITLE:
        raise SplitError(message(messages.LONG_NAME, most=MAX_TITLE, number=len(title)))
    return _checked(document, (*outline[:index], Cut(start, title), *outline[index + 1 :]))


def carried(outline: Outline, old: str, document: Parsed) -> Outline | None:
    """The outline of an earlier text, brought to this one. None: it makes no sense here any more."""
    difference = compare(old, document.text)
    kept = [Cut(0, outline[0].title if outline else "")]
    for cut in outline:
        place = difference.paragraph_at(cut.start)
        place = difference.moved(cut.start, cut.start + 1) if place is None else place
        if place:
            kept.append(Cut(place, cut.title))
    try:
        return _checked(document, tuple(kept))
    except SplitError:
        return None


def division_points(document: Parsed, section: Section) -> list[DivisionPoint]:
    """Where this section may be divided."""
    found = places_to_cut(document.text, section.start, section.end)
    return [
        DivisionPoint(at, _opening(document.text[at : section.end]))
        for at in found
        if _says_something(document, section.start, at)
    ]


def _says_something(document: Parsed, start: int, end: int) -> bool:
    """Whether there is more than headings in a stretch: a heading alone is no section."""
    for heading in document.headings:
        if heading.end <= start:
            continue
        if WORD.search(document.text, start, min(heading.start, end)):
            return True
        start = heading.end
    return WORD.search(document.text, start, end) is not None


def covers(sections: Sequence[Section], text: str) -> bool:
    """Whether the sections joined are exactly the text, each where it says."""
    at = 0
    for section in sections:
        if not section.start == at < section.end:
            return False
        at = section.end
    return at == len(text)


def _opening(text: str) -> str:
    words = re.findall(r"\S+", text[:400])
    return " ".join(words[:12]) + (" …" if len(words) > 12 else "")


def _index(outline: Outline, start: int) -> int:
    for index, cut in enumerate(outline):
        if cut.start == start:
            return index
    raise SplitError(messages.SECTION_GONE)


def _checked(document: Parsed, outline: Outline) -> Outline:
    outlined(document, outline)
    return outline


def _titled(section: Section, title: str) -> Section:
    return replace(section, heading_path=(*section.heading_path[:-1], title)) if title else section


def _numbered(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Neighbours under one heading say which part of it they are."""
    numbered: list[Section] = []
    for path, group in groupby(sections, key=lambda section: section.heading_path):
        alike = list(group)
        parts = len(alike) if path else 1
        numbered += [replace(each, part=min(n, parts), parts=parts) for n, each in enumerate(alike, 1)]
    return tuple(numbered)
