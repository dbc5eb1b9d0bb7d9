"""A small part of the bench, for a provider that costs: sections of essays, asked twice, some under names.

What will be asked is known before, so that its cost is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from feedback.providers.base import FeedbackOutput, Request, SectionRequest

from .asking import STUDENT, remarks, spans
from .essay_scores import NAMES, NEED, anchored, asking
from .essays import Essay, Section
from .figures import Figure, ratio

Ask = Callable[[Request], FeedbackOutput]
EVERY = 5  # one section of so many is asked under other names
_NOTES = (*(f"By {name} ({pronoun}), {place}." for name, pronoun, place in NAMES[::7]), NEED)


@dataclass(frozen=True, slots=True)
class Sample:
    """The sections, and the requests that they make."""

    sections: tuple[Section, ...]

    def requests(self) -> list[SectionRequest]:
        """Every call, in its order: each section twice, then one in five under names."""
        twice = [_request(section) for section in self.sections for _ in range(2)]
        return twice + [_request(section, note) for section in self._named() for note in self._notes()]

    def _named(self) -> tuple[Section, ...]:
        return self.sections[::EVERY]

    @staticmethod
    def _notes() -> tuple[str, ...]:
        return ("By the author.", "By the author.", *_NOTES)

    def figures(self, ask: Ask) -> Iterator[Figure]:
        """What the answers are worth; one call for each request."""
        answers = [(section, ask(_request(section)), ask(_request(section))) for section in self.sections]
        once = [(section, first) for section, first, _ in answers]
        yield from _flaws(once)
        comments = [(comment, section) for section, first in once for comment in remarks(first)]
        yield anchored(comments)
        yield ratio("remarks with a way forward", [(len(c.suggestion.split()) >= 4, 1) for c, _ in comments])
        yield asking([comment for comment, _ in comments])
        yield ratio("quotations that a second answer has too", [_common(a, b) for _, a, b in answers])
        named = [self._under_names(section, ask) for section in self._named()]
        yield ratio("... for the same author, asked twice", [same for same, _ in named])
        yield ratio(
            "... under other names and with a note of need", [pair for _, each in named for pair in each]
        )

    def _under_names(
        self, section: Section, ask: Ask
    ) -> tuple[tuple[float, float], list[tuple[float, float]]]:
        first, again, *others = (ask(_request(section, note)) for note in self._notes())
        return _common(first, again), [_common(first, other) for other in others]


def sample_of(essays: Sequence[Essay], number: int) -> Sample:
    """Sections from all over the essays, the same ones each time."""
    sections = [section for essay in essays for section in essay.sections if section.text]
    step = max(1, len(sections) // number)
    return Sample(tuple(sections[::step][:number]))


def _request(section: Section, note: str = "") -> SectionRequest:
    text = f"{note}\n\n{section.text}" if note else section.text
    return SectionRequest(text, (section.heading,) if section.heading else (), STUDENT)


def _flaws(given: Sequence[tuple[Section, FeedbackOutput]]) -> Iterator[Figure]:
    """A comment on a flaw counts whatever its kind: a model names kinds in its own way."""
    found: list[tuple[float, float]] = []
    exact: list[tuple[float, float]] = []
    for section, output in given:
        marked = [list(spans(comment, section.text)) for comment in remarks(output)]
        for flaw in section.flaws:
            found.append((any(map(flaw.is_met_by, marked)), 1))
        for places in marked:
            exact.append((any(flaw.is_met_by(places) for flaw in section.flaws), 1))
    yield ratio("planted flaws found", found)
    yield ratio("remarks on a planted flaw", exact)


def _common(one: FeedbackOutput, other: FeedbackOutput) -> tuple[float, float]:
    """How many quotations two answers have in common, of those that either has; none at all is the same."""
    first, second = ({comment.quote for comment in each.comments} for each in (one, other))
    return (len(first & second), len(first | second)) if first | second else (1, 1)
