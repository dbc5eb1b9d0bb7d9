"""The parts of a document that were not read: gathered on the way, shown to the student before handing in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from feedback.messages.model import Message, message

from . import messages
from .characters.text import count_words


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

    def warnings(self) -> Iterator[Message]:
        """One message for each kind."""
        for number, code in (
            (self.unseen_words, messages.UNSEEN),
            (self.placeholders, messages.PLACEHOLDERS),
            (self.pictures, messages.PICTURES),
            (self.charts, messages.CHARTS),
            (self.formulas, messages.FORMULAS),
            (self.embedded, messages.EMBEDDED),
        ):
            if number:
                yield message(code, number=number)
