from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.documents import Style

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def printable(text: str) -> str:
    """Without characters that neither XML nor a page can hold."""
    return _CONTROLS.sub("", text)


@dataclass(frozen=True, slots=True)
class Note:
    """One comment. `number` is what the text refers to it by."""

    number: int
    kind: str
    message: str
    suggestion: str = ""
    criterion: str = ""
    quote: str = ""
    is_anchored: bool = True

    @property
    def title(self) -> str:
        return f"{self.kind} ({self.criterion})" if self.criterion else self.kind

    @property
    def words(self) -> str:
        return f"{self.message}\n→ {self.suggestion}" if self.suggestion else self.message


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one block under the same notes (or under none)."""

    text: str
    notes: tuple[int, ...] = ()  # on it
    ends: tuple[int, ...] = ()  # notes that end with this stretch of the text
    styles: tuple[Style, ...] = ()

    @property
    def words(self) -> str:
        """What is written where letters can stand above and below the line: no sign for that."""
        return "" if Style.SIGN in self.styles else self.text


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a heading of a level from 1 on."""

    pieces: Sequence[Piece]
    level: int = 0

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Titles:
    """The titles of an export's parts, in its language."""

    feedback: str = "Feedback"
    strengths: str = "What works"
    next_steps: str = "What to do next"
    comments: str = "Comments"
    loose: str = "Not tied to a passage"
    lacking: str = (
        "Some letters of this text are in no font of this PDF, and stand here as “?”. The Word file has them."
    )


@dataclass(frozen=True, slots=True)
class Export:
    """A document and what was written on it. Without feedback `notes` and the lists are empty."""

    title: str
    about: str  # where and when it was handed in
    author: str  # an honest word on the author of the comments
    blocks: Sequence[Block]
    notes: Sequence[Note] = ()
    summary: str = ""
    strengths: Sequence[str] = ()
    next_steps: Sequence[str] = ()
    levels: Sequence[tuple[str, str]] = ()
    teacher: Sequence[tuple[str, str]] = ()  # what the teacher themselves says: a name, words
    remark: str = ""  # why there is no feedback in it
    titles: Titles = Titles()
    origin: Sequence[tuple[str, str]] = ()  # what wrote the feedback, when, and whether a person read it
    language: str = "en"  # of the text

    @property
    def origins(self) -> str:
        """On one line."""
        return " · ".join(f"{name}: {words}" for name, words in self.origin)
