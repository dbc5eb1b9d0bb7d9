"""Entries in a PDF's form, or typed onto its pages: answers, ticks, choices."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as raw

from .page import Answer

TICKED, EMPTY = "☒", "☐"
_MAX_ANNOTATIONS = 5_000
_PASSWORD = 1 << 13  # a flag of a field (table 228)
_HIDDEN = 1 << 1 | 1 << 5  # flags of an annotation: hidden, not viewed (ISO 32000-1, table 165)


def answers_of(page: Any, form: Any) -> Iterator[Answer]:
    """The answers on a page, each where its field begins."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        if not raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
            yield from _answer(annotation, form)
        raw.FPDFPage_CloseAnnot(annotation)


def _answer(annotation: Any, form: Any) -> Iterator[Answer]:
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_FREETEXT:
        text, is_box = _string(annotation, b"Contents"), False
    elif kind == raw.FPDF_ANNOT_WIDGET and form is not None:
        text, is_box = _filled(annotation, form)
    else:
        return
    if text.strip():
        left, top = _corner(annotation)
        yield Answer(text.strip(), left, top, is_box)


def _filled(annotation: Any, form: Any) -> tuple[str, bool]:
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}:
        return (TICKED if raw.FPDFAnnot_IsChecked(form, annotation) else EMPTY), True
    if kind == raw.FPDF_FORMFIELD_LISTBOX:
        return ", ".join(_chosen(annotation, form)), False
    if kind not in {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX}:
        return "", False
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD and raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
        return "", False
    value = _read(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))
    return value.replace("\r\n", "\n").replace("\r", "\n"), False


def _chosen(annotation: Any, form: Any) -> Iterator[str]:
    for index in range(min(max(0, raw.FPDFAnnot_GetOptionCount(form, annotation)), _MAX_ANNOTATIONS)):
        if raw.FPDFAnnot_IsOptionSelected(form, annotation, index):
            yield _read(
                lambda buffer, size, at=index: raw.FPDFAnnot_GetOptionLabel(
                    form, annotation, at, buffer, size
                )
            )


def _string(annotation: Any, key: bytes) -> str:
    return _read(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size))


def _read(write: Any) -> str:
    """A string that PDFium writes as UTF-16 into a buffer of so many bytes."""
    size = write(None, 0)
    if size <= 2:  # its end alone
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    write(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return bytes(buffer).decode("utf-16-le", "replace").partition("\0")[0]


def _corner(annotation: Any) -> tuple[float, float]:
    box = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, box)
    return box.left, max(box.top, box.bottom)
