"""The one module that speaks with PDFium: from a PDF's bytes to pages of text with its place and look.

PDFium is the engine of Chromium. Only the limited child loads it. Lengths are points; coordinates are turned
so that most of a page's text runs from left to right, with y counted upwards.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from feedback.documents.errors import Corrupt, Encrypted, TooLarge
from feedback.documents.messages import TOO_MANY_PAGES
from feedback.documents.structure.model import Limits
from feedback.messages.model import message

_BOLD = re.compile(
    r"bold|black|heavy|demi|medi(?:um)?$|medi[-,]|cmbx|sfbx|ecbx|lmroman\d+-bold|-bd|ptmb|phvb|bd$",
    re.IGNORECASE,
)
_FORCE_BOLD = 1 << 18  # a flag of a font's descriptor (ISO 32000-1, table 123)
_BOLD_WEIGHT = 600
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_NO_SUCH_PASSWORD = 4  # FPDF_ERR_PASSWORD
_INVISIBLE, _CLIP_ONLY = 3, 7  # text render modes
_FILLED_AND_STROKED = 2
_MAX_OBJECTS = 30_000  # of a page that is looked at for what is behind its text
_DEEPEST = 5  # forms inside one another
_TURNS = (0, 90, 180, 270)
_SEEN, _COVERS = 8, 128  # of 255 that something shows: so that letters are seen, so that it hides others
_WORD = re.compile(r"[^\s\x00]+")
_HYPHENS = re.compile("[\x02\ufffe]")
_text_object = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(raw.FPDFText_GetTextObject, ctypes.c_void_p).value or 0  # asked of every word: as a number
)
HYPHEN = "\x02"  # what PDFium writes for a hyphen at the end of a line


@dataclass(frozen=True, slots=True)
class Look:
    """The look that all letters of one drawn text share."""

    font: str = ""
    bold: bool = False
    points: float = 0.0  # before the page scales them
    colour: str = "000000"  # six hexadecimal digits, or "transparent"
    invisible: bool = False  # by its render mode, as the words that text recognition lays over a scan
    tag: str = ""  # of the structure that the document gives it, such as H1
    order: int = 0  # among what is drawn on the page


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


class Engine:
    """One open PDF."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise (Encrypted if error.err_code == _NO_SUCH_PASSWORD else Corrupt) from None
        self._fonts: dict[int, tuple[str, bool]] = {}
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
        try:
            return [
                (mark.level + 1, " ".join(mark.get_title().split()))
                for mark in self._document.get_toc(max_depth=9)
            ]
        except (pdfium.PdfiumError, ValueError, RecursionError):
            return []

    def _page(self, page: Any) -> Page:
        from .forms import answers_of

        left, bottom, right, top = page.get_bbox()
        objects = _Objects(page, (left, bottom, right, top))
        text = page.get_textpage()
        runs = list(_Runs(text.raw, self, objects).runs())
        text.close()
        answers = list(answers_of(page, self._document.formenv))
        turned = _Turn.of(runs, (left, bottom, right, top))
        return Page(
            [turned.turn(run) for run in runs],
            [turned.shape(shape) for shape in objects.shapes],
            [turned.answer(answer) for answer in answers],
            *turned.size,
            pictures=objects.pictures,
            drawn=objects.drawn,
        )

    def look(self, drawn: Any, key: int, objects: _Objects) -> Look:
        """The look of a text that one instruction drew."""
        name, bold = self._font(drawn)
        mode = raw.FPDFTextObj_GetTextRenderMode(drawn)
        size = ctypes.c_float()
        raw.FPDFTextObj_GetFontSize(drawn, size)
        return Look(
            name,
            bold or mode == _FILLED_AND_STROKED,
            size.value,
            _colour(drawn, least=_SEEN),
            mode in {_INVISIBLE, _CLIP_ONLY},
            objects.tags.get(raw.FPDFPageObj_GetMarkedContentID(drawn), "") if objects.tags else "",
            objects.order.get(key, _MAX_OBJECTS),
        )

    def _font(self, drawn: Any) -> tuple[str, bool]:
        """The name of a text's font without its subset's mark, and whether it is bold."""
        font = raw.FPDFTextObj_GetFont(drawn)
        key = _address(font)
        if key not in self._fonts:
            buffer = (ctypes.c_char * 200)()
            raw.FPDFFont_GetBaseFontName(font, buffer, 200)
            name = _SUBSET.sub("", buffer.value.decode("utf-8", "replace"))
            flags, weight = raw.FPDFFont_GetFlags(font), raw.FPDFFont_GetWeight(font)
            bold = (
                bool(_BOLD.search(name)) or bool(flags > 0 and flags & _FORCE_BOLD) or weight >= _BOLD_WEIGHT
            )
            self._fonts[key] = (name, bold)
        return self._fonts[key]


def _colour(drawn: Any, *, least: int) -> str:
    """The colour that something is filled with; "transparent" where less of it shows, of 255."""
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(drawn, *parts):
        return "000000"
    red, green, blue, alpha = (part.value for part in parts)
    return f"{red:02X}{green:02X}{blue:02X}" if alpha >= least else "transparent"


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


class _Objects:
    """The objects drawn on a page besides text, in their order."""

    def __init__(self, page: Any, box: tuple[float, float, float, float]) -> None:
        self.shapes: list[Shape] = []
        self.drawn = 0
        self.order: dict[int, int] = {}
        self.tags = _tags(page)
        self.box = box
        self._area = max(1.0, (box[2] - box[0]) * (box[3] - box[1]))
        self._pictured = 0.0
        self._seen = 0
        self._form_area = 0.0  # of the form that is being looked into
        self._page = page.raw
        count = raw.FPDFPage_CountObjects(page.raw)
        for index in range(min(count, _MAX_OBJECTS)):
            self._take(raw.FPDFPage_GetObject(page.raw, index), index, 0)

    @property
    def pictures(self) -> float:
        return min(1.0, self._pictured / self._area)

    def _take(self, each: Any, order: int, depth: int) -> None:
        self._seen += 1
        kind = raw.FPDFPageObj_GetType(each)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            self.order[_address(each)] = order
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            self._shape(each, order, None, depth, is_form=True)
            for index in range(min(raw.FPDFFormObj_CountObjects(each), _MAX_OBJECTS - self._seen)):
                if depth < _DEEPEST:
                    self._take(raw.FPDFFormObj_GetObject(each, index), order, depth + 1)
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            self.drawn += 1
            if (colour := _filled(each)) is not None:
                self._shape(each, order, colour, depth)
        else:
            self._shape(each, order, None, depth)

    def _shape(self, each: Any, order: int, colour: str | None, depth: int, *, is_form: bool = False) -> None:
        bounds = [ctypes.c_float() for _ in range(4)]
        if depth or not raw.FPDFPageObj_GetBounds(each, *bounds):
            # Inside a form the coordinates are the form's own: its pictures count as wide as it is.
            if depth and colour is None:
                self._pictured += self._form_area
            return
        left, bottom, right, top = (bound.value for bound in bounds)
        inner = (
            max(left, self.box[0]), max(bottom, self.box[1]), min(right, self.box[2]), min(top, self.box[3])
        )  # fmt: skip
        area = max(0.0, inner[2] - inner[0]) * max(0.0, inner[3] - inner[1])
        if is_form:
            self._form_area = area
            return
        if colour is None:
            self._pictured += area
        if area > 4:  # square points: less is a line
            self.shapes.append(Shape(left, bottom, right, top, colour, order))


def _filled(path: Any) -> str | None:
    """The colour that a path is filled with; None where it only draws lines."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(path, fill, stroke) or fill.value == raw.FPDF_FILLMODE_NONE:
        return None
    colour = _colour(path, least=_COVERS)
    return None if colour == "transparent" else colour


def _tags(page: Any) -> dict[int, str]:
    """The structure type of each marked content of a page, where the document is tagged."""
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    if not tree:
        return {}
    found: dict[int, str] = {}
    count = max(0, raw.FPDF_StructTree_CountChildren(tree))
    for index in range(min(count, _MAX_OBJECTS)):
        _collect(raw.FPDF_StructTree_GetChildAtIndex(tree, index), "", found, 0)
    raw.FPDF_StructTree_Close(tree)
    return found


def _collect(element: Any, above: str, found: dict[int, str], depth: int) -> None:
    if not element or depth > 40 or len(found) > _MAX_OBJECTS:
        return
    buffer = (ctypes.c_ushort * 32)()
    raw.FPDF_StructElement_GetType(element, buffer, 64)
    own = "".join(map(chr, buffer)).partition("\0")[0]
    tag = above if re.fullmatch(r"H[1-6]?|Title|Artifact|TOC|Note", above) else own
    for index in range(max(0, raw.FPDF_StructElement_GetMarkedContentIdCount(element))):
        key = raw.FPDF_StructElement_GetMarkedContentIdAtIndex(element, index)
        if key >= 0:
            found[key] = tag
    for index in range(max(0, raw.FPDF_StructElement_CountChildren(element))):
        key = raw.FPDF_StructElement_GetChildMarkedContentID(element, index)
        if key >= 0:
            found[key] = tag
        else:
            _collect(raw.FPDF_StructElement_GetChildAtIndex(element, index), tag, found, depth + 1)


class _Runs:
    """The runs of one page, in the order in which PDFium reads them."""

    def __init__(self, text: Any, engine: Engine, objects: _Objects) -> None:
        self._text = text
        self._key = _address(text)
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
            text = "".join(_character(raw.FPDFText_GetUnicode(self._text, index)) for index in range(count))
        return _HYPHENS.sub(HYPHEN, text)

    def _pieces(self, letters: str) -> Iterator[tuple[int, int, bool]]:
        """Words, and parts of words where the look changes inside one: start, end, whether it is glued."""
        for word in _WORD.finditer(letters):
            start, end = word.span()
            if end - start == 1 or self._drawn_by(start) == self._drawn_by(end - 1):
                yield start, end, False
                continue
            begin = start
            for index in range(start + 1, end):
                if self._differs(index):
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
            (one.font, one.bold, one.colour, one.invisible)
            != (other.font, other.bold, other.colour, other.invisible)
            or abs(self._height(index - 1) - self._height(index)) > 1
            or self._size(one, index - 1) != self._size(other, index)
        )

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
        return TextRun(text, x, self._end(last, x, angle), y, size, look, glued, angle, undecoded)

    def _end(self, index: int, x: float, angle: int) -> float:
        """Where a character ends along its line, in the page's own coordinates."""
        left, right, bottom, top = self._box
        if not raw.FPDFText_GetCharBox(self._text, index, left, right, bottom, top):
            return x
        return {90: top, 180: left, 270: bottom}.get(angle, right).value


def _character(code: int) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code <= 0xDFFF else "\ufffd"


@dataclass(frozen=True, slots=True)
class _Turn:
    """A quarter turn that brings most of a page's text upright."""

    degrees: int
    box: tuple[float, float, float, float]

    @staticmethod
    def of(runs: list[TextRun], box: tuple[float, float, float, float]) -> _Turn:
        angles: Counter[int] = Counter()
        for run in runs:
            angles[run.angle] += len(run.text)
        usual = angles.most_common(1)[0][0] if angles else 0
        return _Turn(usual if usual in _TURNS else 0, box)

    @property
    def size(self) -> tuple[float, float]:
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return (width, height) if self.degrees % 180 == 0 else (height, width)

    def point(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self.box
        if self.degrees == 90:
            return y - bottom, right - x
        if self.degrees == 180:
            return right - x, top - y
        if self.degrees == 270:
            return top - y, x - left
        return x - left, y - bottom

    @property
    def is_none(self) -> bool:
        return self.degrees == 0 and self.box[:2] == (0.0, 0.0)

    def turn(self, run: TextRun) -> TextRun:
        """The run, turned in place."""
        if not self.is_none:
            end = self.point(run.x, run.right) if run.angle in {90, 270} else self.point(run.right, run.y)
            run.x, run.y = self.point(run.x, run.y)
            run.right = max(run.x, end[0])
            run.angle = (run.angle - self.degrees) % 360
        return run

    def shape(self, shape: Shape) -> Shape:
        one, other = self.point(shape.left, shape.bottom), self.point(shape.right, shape.top)
        return replace(
            shape,
            left=min(one[0], other[0]), right=max(one[0], other[0]),
            bottom=min(one[1], other[1]), top=max(one[1], other[1]),
        )  # fmt: skip

    def answer(self, answer: Answer) -> Answer:
        x, y = self.point(answer.x, answer.y)
        return replace(answer, x=x, y=y)
