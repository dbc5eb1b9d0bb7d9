"""The parts of a document that were not read: gathered on the way, shown to the student before handing in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from . import messages
from .characters.text import count_words
from .messages import say


@dataclass
class Unread:
    """Counts of each kind of text that a reader left out. It is never left out without a word."""

    unseen_words: int = 0  # hidden, in the colour of the paper, tiny, or off the page
    placeholders: int = 0  # of a template, which asks for text
    pictures: int = 0
    charts: int = 0  # charts and drawings that could not be read
    formulas: int = 0  # equations that are kept as pictures
    embedded: int = 0  # files inside the document

    def leave_unseen(self, text: str) -> None:
        """Count text that is invisible on the page."""
        self.unseen_words += count_words(text)

    def add(self, other: Unread) -> None:
        """Add what was not read of a document inside this one."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def warnings(self) -> Iterator[str]:
        """One sentence for each kind."""
        for number, one, more in (
            (self.unseen_words, messages.ONE_UNSEEN, messages.UNSEEN),
            (self.placeholders, messages.ONE_PLACEHOLDER, messages.PLACEHOLDERS),
            (self.pictures, messages.ONE_PICTURE, messages.PICTURES),
            (self.charts, messages.ONE_CHART, messages.CHARTS),
            (self.formulas, messages.ONE_FORMULA, messages.FORMULAS),
            (self.embedded, messages.ONE_EMBEDDED, messages.EMBEDDED),
        ):
            if number:
                yield one if number == 1 else say(more, number=number)
