"""Answers in the form fields of older Word documents: a box is ticked or not, a choice has its words."""

from __future__ import annotations

from feedback.documents.formats.safe_xml import Element

from .styles import is_on

TICKED, EMPTY = "☒", "☐"


def answer_of(field: Element) -> str:
    """What a form field shows; what is typed into one stands in the text already."""
    box = field.find("checkBox")
    if box is not None:
        checked = box.find("checked")
        return TICKED if is_on(box.find("default") if checked is None else checked) else EMPTY
    choices = field.find("ddList")
    if choices is None:
        return ""
    entries = [entry.get("val", "") for entry in choices.findall("listEntry")]
    result = choices.find("result")
    chosen = result.get("val", "0") if result is not None else "0"
    return entries[int(chosen)] if chosen.isdigit() and int(chosen) < len(entries) else ""
