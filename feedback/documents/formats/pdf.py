"""PDF documents: from pages to lines with their place and look. Paragraphs are made in pdf_layout."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import DictionaryObject

from .. import sentences
from ..blocks import Block
from ..errors import Corrupt, Empty, Encrypted, NoText, TooComplex, TooLarge
from ..headings import promote
from ..model import Limits
from ..sentences import say
from .pdf_layout import lay_out
from .pdf_lines import Line

_BOLD = re.compile(r"bold|black|heavy|cmbx|demi", re.IGNORECASE)
SHOWN = 5  # numbers of pages that hold only pictures
_MUCH_INK = 4_000  # bytes of drawing instructions; an empty page of a word processor has some hundred
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


def read_pdf(data: bytes, limits: Limits) -> tuple[list[Block], list[str]]:
    """The blocks of a PDF and its warnings; raises any DocumentError."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(
            ""
        ):  # many only forbid printing and open with no password
            raise Encrypted
        pages = len(reader.pages)
        if pages > limits.max_pages:
            raise TooLarge(say(sentences.TOO_MANY_PAGES, pages=pages, most=limits.max_pages))
        read = [_read_page(page, number) for number, page in enumerate(reader.pages)]
    except (LimitReachedError, DependencyError):
        raise TooComplex from None
    except PyPdfError:
        raise Corrupt from None
    return _checked(
        [lines for lines, _ in read], [number for number, (_, is_drawn) in enumerate(read, 1) if is_drawn]
    )


def _checked(pages: list[list[Line]], pictures: list[int]) -> tuple[list[Block], list[str]]:
    if not any(pages):
        raise NoText if pictures else Empty
    return promote(lay_out(pages)), list(_picture_warning(pictures))


def _picture_warning(pictures: list[int]) -> Iterator[str]:
    if len(pictures) == 1:
        yield say(sentences.PICTURE_PAGE, page=pictures[0])
    elif pictures:
        words = sentences.PICTURE_PAGES if len(pictures) <= SHOWN else sentences.MORE_PICTURE_PAGES
        yield say(words, pages=", ".join(map(str, pictures[:SHOWN])))


def _read_page(page: PageObject, number: int) -> tuple[list[Line], bool]:
    """The lines of a page, and whether it has none but shows something all the same."""
    collector = _Collector(number)
    page.extract_text(visitor_text=collector.visit)
    collector.end_line()
    return collector.lines, not collector.lines and _is_drawn(page)


def _is_drawn(page: PageObject) -> bool:
    """Whether a page holds a picture, or letters drawn as shapes, which take much ink."""
    objects = _dictionary(_dictionary(page, "/Resources"), "/XObject")
    if any(_dictionary(objects, name).get("/Subtype") == "/Image" for name in objects):
        return True
    contents = page.get_contents()
    return contents is not None and len(contents.get_data()) > _MUCH_INK


def _dictionary(parent: DictionaryObject, key: str) -> DictionaryObject:
    """The dictionary under a key, followed through references; an empty one where something else stands."""
    value = parent.get(key)
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


@dataclass
class _Collector:
    """Gathers pypdf's fragments into lines, with what most of a line's characters look like."""

    page: int
    lines: list[Line] = field(default_factory=list)
    _fragments: list[tuple[str, float, bool, float, float]] = field(default_factory=list)

    def visit(
        self, text: str, cm: list[float], tm: list[float], font: dict[str, Any] | None, size: float
    ) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scaled = size * abs(tm[3] or 1.0) * abs(cm[3] or 1.0)
        bold = bool(font and _BOLD.search(str(font.get("/BaseFont", ""))))
        first, *rest = text.split("\n")
        self._add(first, scaled, bold, x, y)
        for part in rest:
            self.end_line()
            self._add(part, scaled, bold, x, y)

    def _add(self, text: str, size: float, bold: bool, x: float, y: float) -> None:
        if text and (text.strip() or self._fragments):
            self._fragments.append((text, size, bold, x, y))

    def end_line(self) -> None:
        fragments, self._fragments = self._fragments, []
        text = "".join(fragment[0] for fragment in fragments).translate(_LIGATURES).strip()
        if not text:
            return
        _, size, _, _, _ = max(fragments, key=lambda fragment: len(fragment[0].strip()))
        bold = all(is_bold for part, _, is_bold, _, _ in fragments if part.strip())
        _, _, _, x, y = fragments[0]
        self.lines.append(Line(text, round(size * 2) / 2, bold, x, y, self.page))
