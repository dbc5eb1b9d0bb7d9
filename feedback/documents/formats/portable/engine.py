"""The engine that reads a PDF: from its bytes to pages of text with its place and look.

PDFium is the engine of Chromium. Only the limited child loads it. Lengths are points; coordinates are turned
so that most of a page's text runs from left to right, with y counted upwards.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from feedback.documents.errors import Corrupt, Encrypted, TooLarge
from feedback.documents.messages import TOO_MANY_PAGES
from feedback.documents.structure.model import Limits
from feedback.messages.model import message

from .bookmarks import bookmarks
from .layers import hide
from .objects import MAX_OBJECTS, Objects, address_of, colour_of, is_clipped_away
from .page import HYPHEN, TRANSPARENT, Look, Page, TextRun
from .turn import Turn

_BOLD = re.compile(
    r"bold|black|heavy|demi|medi(?:um)?$|medi[-,]|cmbx|sfbx|ecbx|lmroman\d+-bold|-bd|ptmb|phvb|bd$",
    re.IGNORECASE,
)
_ITALIC = re.compile(r"ital|obli|slant|cmti|cmbxti|cmsl|[a-z]ti\d+$|-it$", re.IGNORECASE)
_OF_EQUATIONS = re.compile(r"math|cmmi|cmbxi|cmsy|lmmi", re.IGNORECASE)  # slanted as a rule: no emphasis
_FORCE_BOLD = 1 << 18  # flags of a font's descriptor (ISO 32000-1, table 123)
_IS_ITALIC = 1 << 6
_BOLD_WEIGHT = 600
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_NO_SUCH_PASSWORD = 4  # FPDF_ERR_PASSWORD
_INVISIBLE, _CLIP_ONLY = 3, 7  # text render modes
_FILLED_AND_STROKED = 2
_SEEN = 8  # of 255 that something shows, so that letters are seen
_WITH_FIGURES = re.compile(r"(?=.*\d)(?=.*\D)")
_UPRIGHT = 0.01  # of a text's matrix: how far its letters may lean up along the line
_SMALL_FIGURE, _RAISED_FIGURE, _LOWERED_FIGURE = 0.55, 0.2, 0.05  # of a text's size: height, and off the line
_SMALLER, _MOVED = 0.65, 0.3  # of its size: what such a figure is taken for
_WORD = re.compile(r"[^\s\x00]+")
_HYPHENS = re.compile("[\x02\ufffe]")
_SECOND_HALF = "\ufdd0"  # no character: stands where the second half of one was counted
_text_object = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(raw.FPDFText_GetTextObject, ctypes.c_void_p).value or 0  # asked of every word: as a number
)


class Engine:
    """One open PDF."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise (Encrypted if error.err_code == _NO_SUCH_PASSWORD else Corrupt) from None
        self._fonts: dict[int, tuple[str, bool, bool]] = {}
        try:
            self._document.init_forms()
        except pdfium.PdfiumError:
            self._document.formenv = None  # a form that is broken: its text can be read all the same
        pages = len(self._document)
        if pages == 0:
            raise Corrupt
        if pages > limits.max_pages:
            raise TooLarge(message(TOO_MANY_PAGES, pages=pages, most=limits.max_pages))

    def pages(self) -> Iterator[Page]:
        """Each page in turn; raises Corrupt where one cannot be opened."""
        for index in range(len(self._document)):
            try:
                page = self._document[index]
            except pdfium.PdfiumError:
                raise Corrupt from None
            yield self._page(page)
            page.close()

    def outline(self) -> list[tuple[int, str]]:
        """The titles of the document's own outline (bookmarks) with their levels from 1."""
        return bookmarks(self._document.raw)

    def _page(self, page: Any) -> Page:
        from .forms import answers_of

        left, bottom, right, top = page.get_bbox()
        objects = Objects(page, (left, bottom, right, top))
        runs = self._runs(page, objects)
        answers = list(answers_of(page, self._document.formenv))
        turned = Turn.of(runs, (left, bottom, right, top))
        if (
            turned.degrees != page.get_rotation()
        ):  # else PDFium orders the lines of a page that is shown turned
            page.set_rotation(turned.degrees)
            runs = self._runs(page, objects)
        hide(page, runs)
        return Page(
            [turned.turn(run) for run in runs],
            [turned.shape(shape) for shape in objects.shapes],
            [turned.answer(answer) for answer in answers],
            *turned.size,
            pictures=objects.pictures,
            drawn=objects.drawn,
        )

    def _runs(self, page: Any, objects: Objects) -> list[TextRun]:
        text = page.get_textpage()
        runs = list(_Runs(text.raw, self, objects).runs())
        text.close()
        return runs

    def look(self, drawn: Any, key: int, objects: Objects) -> Look:
        """The look of a text that one instruction drew."""
        name, bold, italic = self._font(drawn)
        mode = raw.FPDFTextObj_GetTextRenderMode(drawn)
        size = ctypes.c_float()
        raw.FPDFTextObj_GetFontSize(drawn, size)
        return Look(
            name,
            bold or mode == _FILLED_AND_STROKED,
            italic,
            size.value,
            TRANSPARENT if is_clipped_away(drawn) else colour_of(drawn, least=_SEEN),
            mode in {_INVISIBLE, _CLIP_ONLY},
            objects.tags.get(raw.FPDFPageObj_GetMarkedContentID(drawn), "") if objects.tags else "",
            objects.order.get(key, MAX_OBJECTS),
            key if key in objects.layered else 0,
        )

    def _font(self, drawn: Any) -> tuple[str, bool, bool]:
        """The name of a text's font without its subset's mark, and whether it is bold and italic."""
        font = raw.FPDFTextObj_GetFont(drawn)
        key = address_of(font)
        if key not in self._fonts:
            buffer = (ctypes.c_char * 200)()
            raw.FPDFFont_GetBaseFontName(font, buffer, 200)
            name = _SUBSET.sub("", buffer.value.decode("utf-8", "replace"))
            flags, weight = raw.FPDFFont_GetFlags(font), raw.FPDFFont_GetWeight(font)
            bold = (
                bool(_BOLD.search(name)) or bool(flags > 0 and flags & _FORCE_BOLD) or weight >= _BOLD_WEIGHT
            )
            self._fonts[key] = (name, bold, _is_italic(font, name, flags))
        return self._fonts[key]


def _is_italic(font: Any, name: str, flags: int) -> bool:
    """By the font's name, its descriptor's flag or its angle."""
    if _OF_EQUATIONS.search(name):
        return False
    angle = ctypes.c_int()
    raw.FPDFFont_GetItalicAngle(font, angle)
    return bool(_ITALIC.search(name)) or bool(flags > 0 and flags & _IS_ITALIC) or angle.value != 0


class _Runs:
    """The runs of one page, in the order in which PDFium reads them."""

    def __init__(self, text: Any, engine: Engine, objects: Objects) -> None:
        self._text = text
        self._key = address_of(text)
        self._engine = engine
        self._objects = objects
        self._matrix = raw.FS_MATRIX()
        self._looks: dict[int, Look] = {0: Look()}
        self._box = [ctypes.c_double() for _ in range(4)]
        self._origin = [ctypes.c_double() for _ in range(2)]

    def runs(self) -> Iterator[TextRun]:
        """Words that one instruction drew are one run; a word that several drew is glued together."""
        letters = self._letters()
        begin, stop, current = 0, 0, -1
        is_glued = False
        for start, end, glued in self._pieces(letters):
            drawn = self._drawn_by(start)
            if drawn == current and not glued and letters[stop:start] == " ":
                stop = end
                continue
            if stop > begin:
                yield self._run(letters[begin:stop], begin, stop, current, is_glued)
            begin, stop, current, is_glued = start, end, drawn, glued
        if stop > begin:
            yield self._run(letters[begin:stop], begin, stop, current, is_glued)

    def _letters(self) -> str:
        """One character for each that PDFium counts."""
        count = max(0, raw.FPDFText_CountChars(self._text))
        buffer = (ctypes.c_ushort * (count + 1))()
        written = raw.FPDFText_GetText(self._text, 0, count, buffer) if count else 0
        text = bytes(buffer).decode("utf-16-le", "replace")[:-1] if written == count + 1 else ""
        if len(text) != count:  # characters beyond the first plane, or such as are not written
            text = _letter_for_each([raw.FPDFText_GetUnicode(self._text, index) for index in range(count)])
        return _HYPHENS.sub(HYPHEN, text)

    def _pieces(self, letters: str) -> Iterator[tuple[int, int, bool]]:
        """Words, and parts of words where the look changes inside one: start, end, whether it is glued."""
        for word in _WORD.finditer(letters):
            start, end = word.span()
            has_figures = bool(_WITH_FIGURES.match(word[0]))
            if end - start == 1 or (not has_figures and self._drawn_by(start) == self._drawn_by(end - 1)):
                yield start, end, False
                continue
            begin = start
            for index in range(start + 1, end):
                if self._differs(index) or (has_figures and self._is_moved(letters, index)):
                    yield begin, index, begin > start
                    begin = index
            yield begin, end, begin > start

    def _differs(self, index: int) -> bool:
        """Whether a letter looks other than the one before it: smaller and raised, in another font."""
        before, here = self._drawn_by(index - 1), self._drawn_by(index)
        if before == here:
            return False
        one, other = self._look(before), self._look(here)
        return (
            (one.font, one.bold, one.italic, one.colour, one.invisible)
            != (other.font, other.bold, other.italic, other.colour, other.invisible)
            or abs(self._height(index - 1) - self._height(index)) > 1
            or self._size(one, index - 1) != self._size(other, index)
        )

    def _is_moved(self, letters: str, index: int) -> bool:
        """Whether a figure stands higher or lower than the letter before it, or after it."""
        one, other = letters[index - 1], letters[index]
        if not (one.isdecimal() or other.isdecimal()):
            return False
        return (self._move(index - 1) if one.isdecimal() else 0) != (
            self._move(index) if other.isdecimal() else 0
        )

    def _move(self, index: int) -> int:
        """1 for a figure that its font draws raised, -1 for a lowered one, 0 for one that stands on its line.

        Fonts have figures for powers and indexes (OpenType's sups and subs), of the size of all others.
        """
        left, right, bottom, top = self._box
        size = self._size(self._look(self._drawn_by(index)), index)
        if abs(self._matrix.b) > _UPRIGHT or not size:
            return 0
        if not raw.FPDFText_GetCharBox(self._text, index, left, right, bottom, top):
            return 0
        low = (bottom.value - self._height(index)) / size
        if (top.value - bottom.value) / size > _SMALL_FIGURE:
            return 0
        return 1 if low > _RAISED_FIGURE else -1 if low < -_LOWERED_FIGURE else 0

    def _drawn_by(self, index: int) -> int:
        return _text_object(self._key, index) or 0

    def _look(self, key: int) -> Look:
        if key not in self._looks:
            self._looks[key] = self._engine.look(ctypes.cast(key, raw.FPDF_PAGEOBJECT), key, self._objects)
        return self._looks[key]

    def _size(self, look: Look, index: int) -> float:
        if not raw.FPDFText_GetMatrix(self._text, index, self._matrix):
            return look.points
        return round(look.points * math.hypot(self._matrix.c, self._matrix.d), 1)

    def _height(self, index: int) -> float:
        raw.FPDFText_GetCharOrigin(self._text, index, *self._origin)
        return self._origin[1].value

    def _run(self, text: str, start: int, end: int, key: int, glued: bool) -> TextRun:
        look = self._look(key)
        size = self._size(look, start)
        angle = round(math.degrees(math.atan2(self._matrix.b, self._matrix.a))) % 360
        raw.FPDFText_GetCharOrigin(self._text, start, *self._origin)
        x, y = self._origin[0].value, self._origin[1].value
        last = end - 1
        while last > start and text[last - start] == HYPHEN:
            last -= 1
        undecoded = bool(raw.FPDFText_HasUnicodeMapError(self._text, start))
        move = self._move(start) if text.isdecimal() else 0
        return TextRun(
            text.replace(_SECOND_HALF, ""),
            x,
            self._end(last, x, angle),
            y + move * size * _MOVED,
            size * _SMALLER if move else size,
            look,
            glued,
            angle,
            undecoded,
        )

    def _end(self, index: int, x: float, angle: int) -> float:
        """Where a character ends along its line, in the page's own coordinates."""
        left, right, bottom, top = self._box
        if not raw.FPDFText_GetCharBox(self._text, index, left, right, bottom, top):
            return x
        return {90: top, 180: left, 270: bottom}.get(angle, right).value


def _letter_for_each(codes: Sequence[int]) -> str:
    """One character for each number, also where two numbers are the halves of one character.

    Letters of equations (mathematical italic and its like) are the plain letters, as in the other formats.
    """
    letters = [_character(code) for code in codes]
    for index in range(len(codes) - 1):
        high, low = codes[index], codes[index + 1]
        if 0xD800 <= high < 0xDC00 <= low < 0xE000:
            letters[index] = _character(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)
            letters[index + 1] = _SECOND_HALF
    return "".join(letters)


def _character(code: int) -> str:
    if 0x1D400 <= code < 0x1D800:
        return unicodedata.normalize("NFKC", chr(code))
    return chr(code) if code < 0x110000 and not 0xD800 <= code <= 0xDFFF else "\ufffd"
