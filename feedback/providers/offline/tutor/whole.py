"""The whole document as a tutor reads it: its sections as one text, and its list of references."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from feedback.providers.offline.reading.headings import CONCLUSION, REFERENCES
from feedback.providers.offline.reading.outline import Part
from feedback.providers.offline.reading.prose import Paragraph, Prose, Sentence
from feedback.providers.offline.reading.spans import Span

from ...base import Task
from ..checks.repetition import stem
from ..lexicon.grammar import FUNCTION_WORDS
from .sources import Citation, author_citations

GAP = "\n\n"

_LIST_HEADING = re.compile(
    r"^\W*(?:\d+\W+)?(?:(?:list of )?references?(?: list)?|bibliography|works cited|sources"
    r"|literature cited)\W*$",
    re.IGNORECASE | re.MULTILINE,
)
_AFTER_LIST = re.compile(
    r"^(?:appendi(?:x|ces)|annex|figures?|tables?|endnotes?|notes)\b.{0,60}$", re.I | re.M
)
_CLOSING = re.compile(
    r"\s*(?:(?:in|to|as a) (?:conclusion|conclude|summary|sum up)|overall|to summari[sz]e|in short"
    r"|all in all)\b",
    re.IGNORECASE,
)
_CONTENT = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Place:
    """A section, and where it begins in the whole."""

    heading: str
    start: int
    prose: Prose

    @property
    def end(self) -> int:
        return self.start + len(self.prose.text)


class Whole:
    """Read once and shared by every check. Offsets are those of `text`."""

    def __init__(self, title: str, parts: Sequence[Part], task: Task) -> None:
        self.title, self.task = title, task
        self.text = GAP.join(part.prose.text for part in parts)
        self.places = tuple(_placed(parts))

    @cached_property
    def references(self) -> Span | None:
        """The list of references: a section of that name, or what follows such a line."""
        listed = [place for place in self.places if REFERENCES.match(place.heading)]
        if listed:
            return Span(listed[0].start, listed[-1].end)
        lines = list(_LIST_HEADING.finditer(self.text))
        if not lines or lines[-1].start() < len(self.text) // 3:
            return None
        after = _AFTER_LIST.search(self.text, lines[-1].end())
        return Span(lines[-1].end(), after.start() if after else len(self.text))

    @cached_property
    def lists_what_is_cited(self) -> bool:
        """Whether the list says to hold what is cited; a bibliography may hold what was only read."""
        listed = self.references
        if listed is None:
            return False
        headings = [place.heading for place in self.places if place.start == listed.start]
        name = " ".join((*headings, self.text[max(0, listed.start - 40) : listed.start + 30])).lower()
        return "bibliography" not in name and "sources" not in name

    @cached_property
    def cited(self) -> tuple[Citation, ...]:
        return tuple(author_citations(self.body))

    @cached_property
    def body(self) -> str:
        """The text at the same length, with the list of references blanked."""
        listed = self.references
        if listed is None:
            return self.text
        return self.text[: listed.start] + " " * (listed.end - listed.start) + self.text[listed.end :]

    def paragraphs(self) -> Iterator[tuple[Place, Paragraph]]:
        """Of running prose and in the whole's order, without the list of references."""
        for place in self.places:
            for paragraph in place.prose.paragraphs:
                if not self._is_listed(place.start + paragraph.start):
                    yield place, paragraph

    def sentences(self) -> Iterator[tuple[Place, Sentence]]:
        for place, paragraph in self.paragraphs():
            for sentence in paragraph.sentences:
                yield place, sentence

    def _is_listed(self, at: int) -> bool:
        return self.references is not None and self.references.start <= at < self.references.end

    @cached_property
    def conclusion(self) -> Span | None:
        """The section that is called so, or the last paragraph where its first words say that it is one."""
        for place in reversed(self.places):
            if CONCLUSION.search(place.heading) and place.prose.words:
                return Span(place.start, place.end)
        last = None
        for place, paragraph in self.paragraphs():
            last = (place, paragraph)
        if last is None or not _CLOSING.match(last[0].prose.text, last[1].start):
            return None
        return Span(last[0].start + last[1].start, last[0].start + last[1].end)

    @cached_property
    def words(self) -> int:
        return sum(len(place.prose.words) for place in self.places if not self._is_listed(place.start))

    @cached_property
    def vocabulary(self) -> Counter[str]:
        """How often each word that carries meaning stands in the text, its headings and its title."""
        return Counter(content(GAP.join((self.title, *(p.heading for p in self.places), self.body))))

    @cached_property
    def roots(self) -> Counter[str]:
        """How often words that begin alike stand in the text: plant, plants, planted."""
        counted: Counter[str] = Counter()
        for word, times in self.vocabulary.items():
            counted[word[:5]] += times
        return counted

    @cached_property
    def english(self) -> bool:
        return all(place.prose.language.english for place in self.places if place.prose.words)


def _placed(parts: Sequence[Part]) -> Iterator[Place]:
    at = 0
    for part in parts:
        yield Place(part.heading, at, part.prose)
        at += len(part.prose.text) + len(GAP)


def content(text: str) -> list[str]:
    """The stems of the words that carry meaning."""
    words = (word.lower() for word in _CONTENT.findall(text.replace("’", "'")))
    return [stem(word) for word in words if word not in FUNCTION_WORDS]
