"""A page of a PDF as it was read: runs of text with their looks, shapes and answers, each with its place."""

from __future__ import annotations

from dataclasses import dataclass

HYPHEN = "\x02"  # what PDFium writes for a hyphen at the end of a line
TRANSPARENT = "transparent"  # the colour of what does not show


@dataclass(frozen=True, slots=True)
class Look:
    """The look that all letters of one drawn text share."""

    font: str = ""
    bold: bool = False
    italic: bool = False
    points: float = 0.0  # before the page scales them
    colour: str = "000000"  # six hexadecimal digits, or "transparent"
    invisible: bool = False  # by its render mode, as the words that text recognition lays over a scan
    tag: str = ""  # of the structure that the document gives it, such as H1
    order: int = 0  # among what is drawn on the page
    layered: int = 0  # the address of what drew it, where it stands on a layer, which may be switched off


@dataclass(slots=True)
class TextRun:
    """Words of one look on one line."""

    text: str
    x: float
    right: float
    y: float  # of its baseline
    size: float
    look: Look
    glued: bool = False  # to the run before: no space is between them
    angle: int = 0  # degrees, to the page as it is turned
    undecoded: bool = False  # its font does not say which letters it has


@dataclass(frozen=True, slots=True)
class Shape:
    """Something drawn that text may stand on, or under."""

    left: float
    bottom: float
    right: float
    top: float
    colour: str | None  # None: a picture
    order: int

    def covers(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry in a field of a form, or typed onto a page."""

    text: str
    x: float
    y: float
    is_box: bool = False  # ticked or not


@dataclass(frozen=True, slots=True)
class Page:
    runs: list[TextRun]
    shapes: list[Shape]
    answers: list[Answer]
    width: float
    height: float
    pictures: float  # share of the page that pictures cover
    drawn: int  # paths on the page: letters that are drawn as shapes take many
