"""The student's own split: boundaries that a person chose, checked and made into sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from feedback.documents import messages
from feedback.documents.characters.text import WORD, count_words
from feedback.documents.structure.model import Heading, Parsed
from feedback.documents.structure.sections import MAX_WORDS, Section, heading_path
from feedback.messages.model import Message, message

MAX_SECTIONS = 200


class SplitError(ValueError):
    """Sections cannot be used; the message is for the person that chose them: which, and why."""

    def __init__(self, message: Message | str) -> None:
        self.message = message if isinstance(message, Message) else Message(message)
        super().__init__(str(self.message))


def resplit(
    document: Parsed | str,
    headings: Sequence[Heading] = (),
    *,
    boundaries: Iterable[int],
    max_words: int = MAX_WORDS,
    max_sections: int = MAX_SECTIONS,
) -> tuple[Section, ...]:
    """The sections that begin at these offsets, in any order, and at the start; raises SplitError."""
    if isinstance(document, Parsed):
        headings, document = document.headings, document.text
    starts = _checked_starts(document, list(boundaries), max_sections)
    bounds = zip(starts, [*starts[1:], len(document)], strict=True)
    return tuple(
        _section(document, headings, start, end, number, max_words)
        for number, (start, end) in enumerate(bounds, 1)
    )


def _checked_starts(text: str, boundaries: Sequence[int], max_sections: int) -> list[int]:
    if any(not 0 <= boundary < len(text) for boundary in boundaries):
        raise SplitError(messages.SECTION_OUTSIDE)
    if len(set(boundaries)) < len(boundaries):
        raise SplitError(messages.SECTIONS_AT_ONE_PLACE)
    starts = sorted({0, *boundaries})
    if len(starts) > max_sections:
        raise SplitError(message(messages.TOO_MANY_SECTIONS, number=len(starts), most=max_sections))
    for start in starts[1:]:
        if not (text[start - 1].isspace() or text[start].isspace() or _begins_word(text, start)):
            raise SplitError(message(messages.INSIDE_A_WORD, around=_around(text, start)))
    return starts


def _begins_word(text: str, start: int) -> bool:
    """Whether a word begins here though no space stands before it, as between ideographs."""
    line = text.rfind("\n", 0, start) + 1
    return any(word.start() == start for word in WORD.finditer(text, max(line, start - 100), start + 1))


def _around(text: str, place: int) -> str:
    before, after = text[max(0, place - 40) : place].split(), text[place : place + 40].split()
    return f"{before[-1]}|{after[0]}"


def _section(
    text: str, headings: Sequence[Heading], start: int, end: int, number: int, max_words: int
) -> Section:
    words = count_words(text[start:end])
    if words == 0:
        raise SplitError(message(messages.WORDLESS_SECTION, number=number))
    if words > max_words:
        raise SplitError(message(messages.LONG_SECTION, number=number, words=words, most=max_words))
    return Section(start, end, text[start:end], heading_path(text, headings, start, end), words)
