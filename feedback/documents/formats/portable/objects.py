"""The objects drawn on a page besides text, and the structure that its document gives them."""

from __future__ import annotations

import ctypes
import re
from typing import Any

import pypdfium2.raw as raw

from .layers import is_on_a_layer
from .page import TRANSPARENT, Shape

MAX_OBJECTS = 30_000  # of a page that is looked at for what is behind its text
_DEEPEST = 5  # forms inside one another
_WINDOWS, _WINDOW_POINTS = 20, 100  # that are looked at
_COVERS = 128  # of 255 that something shows, so that it hides others


class Objects:
    """The objects drawn on a page besides text, in their order."""

    def __init__(self, page: Any, box: tuple[float, float, float, float]) -> None:
        self.shapes: list[Shape] = []
        self.drawn = 0
        self.order: dict[int, int] = {}
        self.layered: set[int] = set()  # texts on a layer
        self.tags = _tags(page)
        self.box = box
        self._area = max(1.0, (box[2] - box[0]) * (box[3] - box[1]))
        self._pictured = 0.0
        self._seen = 0
        self._form_area = 0.0  # of the form that is being looked into
        self._page = page.raw
        count = raw.FPDFPage_CountObjects(page.raw)
        for index in range(min(count, MAX_OBJECTS)):
            self._take(raw.FPDFPage_GetObject(page.raw, index), index, 0, is_layered=False)

    @property
    def pictures(self) -> float:
        return min(1.0, self._pictured / self._area)

    def _take(self, each: Any, order: int, depth: int, *, is_layered: bool) -> None:
        self._seen += 1
        kind = raw.FPDFPageObj_GetType(each)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            self.order[address_of(each)] = order
            if is_layered or is_on_a_layer(each):
                self.layered.add(address_of(each))
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            self._shape(each, order, None, depth, is_form=True)
            is_layered = is_layered or is_on_a_layer(each)
            for index in range(min(raw.FPDFFormObj_CountObjects(each), MAX_OBJECTS - self._seen)):
                if depth < _DEEPEST:
                    inner = raw.FPDFFormObj_GetObject(each, index)
                    self._take(inner, order, depth + 1, is_layered=is_layered)
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            self.drawn += 1
            if (colour := _filled(each)) is not None:
                self._shape(each, order, colour, depth)
        else:
            self._shape(each, order, None, depth)

    def _shape(self, each: Any, order: int, colour: str | None, depth: int, *, is_form: bool = False) -> None:
        bounds = _corners()
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
    colour = colour_of(path, least=_COVERS)
    return None if colour == TRANSPARENT else colour


def _tags(page: Any) -> dict[int, str]:
    """The structure type of each marked content of a page, where the document is tagged."""
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    if not tree:
        return {}
    found: dict[int, str] = {}
    count = max(0, raw.FPDF_StructTree_CountChildren(tree))
    for index in range(min(count, MAX_OBJECTS)):
        _collect(raw.FPDF_StructTree_GetChildAtIndex(tree, index), "", found, 0)
    raw.FPDF_StructTree_Close(tree)
    return found


def _collect(element: Any, above: str, found: dict[int, str], depth: int) -> None:
    if not element or depth > 40 or len(found) > MAX_OBJECTS:
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


def colour_of(drawn: Any, *, least: int) -> str:
    """The colour that something is filled with; "transparent" where less of it shows, of 255."""
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(drawn, *parts):
        return "000000"
    red, green, blue, alpha = (part.value for part in parts)
    return f"{red:02X}{green:02X}{blue:02X}" if alpha >= least else TRANSPARENT


def is_clipped_away(drawn: Any) -> bool:
    """Whether the window through which something is drawn lies beside it: then none of it is seen."""
    bounds, path = _corners(), raw.FPDFPageObj_GetClipPath(drawn)
    if not path or not raw.FPDFPageObj_GetBounds(drawn, *bounds):
        return False
    left, bottom, right, top = (bound.value for bound in bounds)
    for index in range(min(max(0, raw.FPDFClipPath_CountPaths(path)), _WINDOWS)):
        window = _window(path, index)
        if window and (window[2] < left or window[0] > right or window[3] < bottom or window[1] > top):
            return True
    return False


def _window(path: Any, index: int) -> tuple[float, float, float, float] | None:
    """The box around one path of a window; None where it has no points, or too many to look at."""
    count = raw.FPDFClipPath_CountPathSegments(path, index)
    if not 0 < count <= _WINDOW_POINTS:
        return None
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    for at in range(count):
        raw.FPDFPathSegment_GetPoint(raw.FPDFClipPath_GetPathSegment(path, index, at), x, y)
        points.append((x.value, y.value))
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def _corners() -> list[ctypes.c_float]:
    return [ctypes.c_float() for _ in range(4)]


def address_of(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
