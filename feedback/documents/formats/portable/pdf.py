"""PDF documents: from pages to lines, to paragraphs, to a text that is plausible; or a refusal.

What cannot be seen is left out, scans and garbled text are refused before anything is paid for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from feedback.documents import messages
from feedback.documents.characters.text import count_words
from feedback.documents.errors import Empty, NoText
from feedback.documents.structure.blocks import Block
from feedback.documents.structure.headings import promote
from feedback.documents.structure.model import Limits
from feedback.documents.unread import Unread
from feedback.messages.model import Message, message

from .bullets import with_bullets
from .columns import in_columns, without_line_numbers
from .engine import Engine
from .layout import lay_out
from .lines import Line, lines_of
from .page import Answer, Page
from .plausible import refuse_garbled
from .sight import look_at

SHOWN = 5  # numbers of pages that hold only pictures
_COVERED = 0.4  # share of a page that pictures cover: it may be a scan
_STAMP = 40  # words on a picture that are no page of text: a scanner's stamp, a caption
_FEW = 150  # words in a document of scans: a cover page
_MANY_STROKES = 300  # paths on a page without words: letters that are drawn as shapes


def read_pdf(data: bytes, limits: Limits) -> tuple[list[Block], list[Message]]:
    """The blocks of a PDF and its warnings; raises any DocumentError."""
    engine = Engine(data, limits)
    reading = _Reading()
    for number, page in enumerate(engine.pages()):
        reading.take(page, number)
    blocks = promote(lay_out(reading.text(), engine.outline()))
    return blocks, list(reading.warnings())


@dataclass
class _Reading:
    """The pages that were read, and what was noticed on the way."""

    pages: list[list[Line]] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)  # indexes of pages that show something but no text
    unread: Unread = field(default_factory=Unread)
    recognised: list[int] = field(default_factory=list)
    undecoded: int = 0
    letters: int = 0
    _turned: int = 0
    _is_numbered: bool = False  # a page showed numbers beside its lines

    def take(self, page: Page, number: int) -> None:
        """Read one page."""
        sight = look_at(page)
        for text in sight.unseen:
            self.unread.leave_unseen(text)
        self._turned += sum(map(count_words, sight.turned))
        if sight.is_recognised:
            self.recognised.append(number)
        runs, numbers = without_line_numbers(sight.runs, is_numbered=self._is_numbered)
        self._is_numbered = self._is_numbered or numbers > 0
        self.undecoded += sum(len(run.text) for run in runs if run.undecoded)
        self.letters += sum(len(run.text) for run in runs)
        lines = with_bullets(lines_of(in_columns(runs, page.width), number), page.shapes)
        lines = _with_answers(lines, page.answers, number)
        self.pages.append(lines)
        words = sum(count_words(line.text) for line in lines if not line.answer)
        if _is_picture(page, words, is_recognised=sight.is_recognised):
            self.pictures.append(number)

    def text(self) -> list[list[Line]]:
        """The lines of each page; raises NoText of a scan, Garbled, or Empty."""
        pictured = set(self.pictures)
        pages = [page for number, page in enumerate(self.pages) if number not in pictured]
        words = sum(count_words(line.text) for page in pages for line in page)
        if pictured and (words == 0 or _is_cover(words, len(pictured), len(self.pages))):
            raise NoText
        if not any(self.pages):
            raise Empty
        refuse_garbled([line.text for page in self.pages for line in page], self.undecoded, self.letters)
        return pages

    def warnings(self) -> Iterator[Message]:
        """What the student should know of it."""
        yield from _pictured(self.pictures)
        if self.recognised:
            yield message(messages.RECOGNISED)
        if self._turned:
            yield message(messages.TURNED, number=self._turned)
        yield from self.unread.warnings()


def _is_cover(words: int, pictured: int, pages: int) -> bool:
    """Whether the text beside so many pages of pictures is a cover page and no text to give feedback on."""
    return pictured * 2 >= pages and words < (_FEW if pictured > 1 else _STAMP)


def _is_picture(page: Page, words: int, *, is_recognised: bool) -> bool:
    """Whether a page shows a picture, or letters drawn as shapes, and at most a stamp of real text."""
    if is_recognised or words >= _STAMP:
        return False
    return page.pictures >= _COVERED or (words == 0 and (page.pictures > 0 or page.drawn >= _MANY_STROKES))


def _with_answers(lines: Sequence[Line], answers: Sequence[Answer], number: int) -> list[Line]:
    """The lines with each answer after the question that stands above or beside it."""
    found = list(lines)
    size = max((line.size for line in lines), default=11.0)
    for answer in sorted(answers, key=lambda answer: (-answer.y, answer.x)):
        line = Line(answer.text, size, False, answer.x, answer.y, number, answer.x, answer=True)
        if answer.is_box:
            _tick(found, line)
            continue
        above = [index for index, other in enumerate(found) if other.y >= answer.y - size]
        found.insert(above[-1] + 1 if above else 0, line)
    return found


def _tick(lines: list[Line], box: Line) -> None:
    """Put a box, ticked or not, before the words beside it."""
    beside = [
        (abs(line.y - box.y), line.x < box.x, index)
        for index, line in enumerate(lines)
        if abs(line.y - box.y) < 2 * box.size
    ]
    if not beside:
        lines.append(box)
        return
    index = min(beside)[2]
    lines[index] = replace(lines[index].opened_by(f"{box.text} {lines[index].text}"), answer=True)


def _pictured(pages: Sequence[int]) -> Iterator[Message]:
    if len(pages) == 1:
        yield message(messages.PICTURE_PAGE, page=pages[0] + 1)
    elif pages:
        code = messages.PICTURE_PAGES if len(pages) <= SHOWN else messages.MORE_PICTURE_PAGES
        yield message(code, pages=[page + 1 for page in pages[:SHOWN]])
