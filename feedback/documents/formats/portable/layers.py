"""Layers of a PDF: text on one that is switched off is on no page that anybody sees.

PDFium says which text stands on a layer, not which layers show, but it draws those alone that do. So the page
is drawn twice, with that text and without: where nothing differs, nothing is seen.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as raw

from .page import TRANSPARENT, TextRun

_LAYER = "OC"  # the tag of optional content (ISO 32000-1, 8.11)
_DEEPEST = 20  # marks around one text
_NAME = 64  # bytes
_MOST_PIXELS = 4_000_000
_SCALE = 2.0  # pixels a point


def is_on_a_layer(drawn: Any) -> bool:
    """Whether something drawn stands on a layer, which may be switched off."""
    count = raw.FPDFPageObj_CountMarks(drawn)
    return any(
        _name(raw.FPDFPageObj_GetMark(drawn, index)) == _LAYER for index in range(min(count, _DEEPEST))
    )


def _name(mark: Any) -> str:
    buffer, size = (ctypes.c_ushort * (_NAME // 2))(), ctypes.c_ulong()
    if not raw.FPDFPageObjMark_GetName(mark, buffer, _NAME, size):
        return ""
    return bytes(buffer)[: size.value].decode("utf-16-le", "replace").rstrip("\0")


def hide(page: Any, runs: Iterable[TextRun]) -> None:
    """Make transparent what stands on a layer that a page does not show."""
    layered = [run for run in runs if run.look.layered]
    if not layered:
        return
    drawn = [ctypes.cast(key, raw.FPDF_PAGEOBJECT) for key in {run.look.layered for run in layered}]
    shown = _Picture.of(page)
    _switch(drawn, on=False)
    without = _Picture.of(page)
    _switch(drawn, on=True)
    for run in layered:
        if shown.around(run) == without.around(run):
            run.look = replace(run.look, colour=TRANSPARENT)


def _switch(drawn: Sequence[Any], *, on: bool) -> None:
    for each in drawn:
        raw.FPDFPageObj_SetIsActive(each, on)


@dataclass(frozen=True, slots=True)
class _Picture:
    """A page as it is drawn, in shades of grey."""

    page: Any
    width: int
    height: int
    pixels: bytes

    @classmethod
    def of(cls, page: Any) -> _Picture:
        across, down = page.get_size()
        scale = min(_SCALE, (_MOST_PIXELS / max(1.0, across * down)) ** 0.5)
        width, height = max(1, round(across * scale)), max(1, round(down * scale))
        buffer = (ctypes.c_ubyte * (width * height))()
        bitmap = raw.FPDFBitmap_CreateEx(width, height, raw.FPDFBitmap_Gray, buffer, width)
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        raw.FPDF_RenderPageBitmap(bitmap, page.raw, 0, 0, width, height, 0, 0)
        raw.FPDFBitmap_Destroy(bitmap)
        return cls(page, width, height, bytes(buffer))

    def around(self, run: TextRun) -> tuple[bytes, ...]:
        """The rows of pixels in which a run stands."""
        corners = (self._point(run.x, run.y), self._point(run.right, run.y + run.size / 2))
        (left, right), (top, bottom) = map(sorted, zip(*corners, strict=True))
        return tuple(
            self.pixels[row * self.width + left : row * self.width + right + 1]
            for row in range(top, bottom + 1)
        )

    def _point(self, x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self.page.raw, 0, 0, self.width, self.height, 0, x, y, across, down)
        return min(max(0, across.value), self.width - 1), min(max(0, down.value), self.height - 1)
