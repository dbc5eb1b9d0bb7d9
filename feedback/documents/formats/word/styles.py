"""The meaning of a Word document's paragraph styles, whatever they are called.

A heading is what has an outline level, directly or by the style that its style is based on. Word writes the
names of its own styles in English in every language ("heading 1" with the id "berschrift1"); other programs
translate the name, so it is read in the languages that they are known to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from feedback.documents.formats.safe_xml import Element

_HEADING = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|overskrift|otsikko|nagłówek|nadpis|заголовок|başlık"
    r"|标题|見出し)\s*([1-9])",
    re.IGNORECASE,
)
_TITLE = re.compile(r"title|titel|titre|título|titolo", re.IGNORECASE)
_CONTENTS = re.compile(r"toc \d|toc heading|contents \d", re.IGNORECASE)
_BODY_LEVEL = 9  # outline level of body text, counted from 0
_NO_LIST = "0"  # takes a paragraph out of its style's list
_MAX_CHAIN = 20  # styles may be based on each other in a circle


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The list that numbers a paragraph, and how deep in it the paragraph stands, where the file has that."""

    number: str
    depth: int | None
    style: str = ""  # of the paragraph, by which the list may find the depth


@dataclass(frozen=True, slots=True)
class Style:
    level: int | None = None  # of a heading, from 1
    bold: bool = False
    contents: bool = False  # an entry of the table of contents
    place: ListPlace | None = None


class Styles:
    """The styles of one document, resolved along their basedOn chains."""

    def __init__(self, root: Element | None) -> None:
        styles = list(root.iter("style")) if root is not None else []
        self._elements = {style.get("styleId", ""): style for style in styles}
        defaults = root.find("docDefaults/rPrDefault/rPr") if root is not None else None
        self._defaults = [] if defaults is None else [defaults]
        self._default = next((style.get("styleId", "") for style in styles if _is_default(style)), "")
        self._resolved: dict[str, Style] = {}

    def of(self, properties: Element | None) -> Style:
        """The style of a paragraph with these properties, its own outline level first."""
        style = self._named(_value(properties, "pStyle"))
        level = _outline_level(properties)
        if level is None:
            return style
        own = None if level >= _BODY_LEVEL else level + 1
        return Style(own, style.bold, style.contents, style.place)

    def list_place(self, properties: Element | None) -> ListPlace | None:
        """Where a paragraph stands in which list; None for what is no list item."""
        inherited = self.of(properties).place
        own = _list_place(properties, _value(properties, "pStyle") or "")
        if own is None or own.number == _NO_LIST:
            return None if own else inherited
        if not own.number and inherited is not None:
            return ListPlace(inherited.number, own.depth, own.style)
        return own

    def run_properties(
        self, key: str, *, default: bool = False, table: tuple[str, ...] = ()
    ) -> list[Element]:
        """What a style says of runs, its own word first; after a paragraph's the table's, then defaults."""
        chain = self._chain(key or (self._default if default else ""))
        found = [properties for style in chain if (properties := style.find("rPr")) is not None]
        return [*found, *self._of_table(table), *self._defaults] if default else found

    def _of_table(self, table: tuple[str, ...]) -> Iterator[Element]:
        """What a table's style says of runs, first of the cell's row and column, then of all."""
        if not table:
            return
        chain = self._chain(table[0])
        for region in (*table[1:], "wholeTable"):
            for style in chain:
                for part in style.findall("tblStylePr"):
                    if part.get("type") == region and (properties := part.find("rPr")) is not None:
                        yield properties
        yield from (properties for style in chain if (properties := style.find("rPr")) is not None)

    def table_ground(self, properties: Element | None, ground: str | None) -> str | None:
        """What is behind the text of a table: its style may colour any row, which is not worked out here."""
        chain = self._chain(_value(properties, "tblStyle") or "")
        is_coloured = any(
            shade.get("fill", "auto").upper() not in {"AUTO", "FFFFFF"}
            for style in chain
            for shade in style.iter("shd")
        )
        return None if is_coloured else ground

    def _named(self, key: str | None) -> Style:
        if key is None:
            return Style()
        if key not in self._resolved:
            self._resolved[key] = _resolve(self._chain(key))
        return self._resolved[key]

    def _chain(self, key: str) -> list[Element]:
        chain: list[Element] = []
        while key in self._elements and len(chain) < _MAX_CHAIN:
            chain.append(self._elements[key])
            key = _value(chain[-1], "basedOn") or ""
        return chain


def is_on(toggle: Element | None) -> bool:
    """Whether a switch such as bold is set; an element without a value is on."""
    return toggle is not None and toggle.get("val", "true") not in {"0", "false", "off", "none"}


def _resolve(chain: list[Element]) -> Style:
    properties = [style.find("pPr") for style in chain]
    names = [_value(style, "name") or "" for style in chain]
    outline = next((level for level in map(_outline_level, properties) if level is not None), None)
    level = _level_by_name(names) if outline is None else None if outline >= _BODY_LEVEL else outline + 1
    bold = next((toggle for style in chain if (toggle := style.find("rPr/b")) is not None), None)
    places = (
        _list_place(item, style.get("styleId", "")) for item, style in zip(properties, chain, strict=True)
    )
    place = next((place for place in places if place is not None), None)
    return Style(
        level,
        is_on(bold),
        any(_CONTENTS.fullmatch(name) for name in names),
        None if place is None or place.number == _NO_LIST else place,
    )


def _level_by_name(names: list[str]) -> int | None:
    for name in names:
        if match := _HEADING.fullmatch(name):
            return int(match[1])
        if _TITLE.fullmatch(name):
            return 1
    return None


def _outline_level(properties: Element | None) -> int | None:
    return _number(_value(properties, "outlineLvl"))


def _list_place(properties: Element | None, style: str) -> ListPlace | None:
    numbering = properties.find("numPr") if properties is not None else None
    if numbering is None:
        return None
    depth = _number(_value(numbering, "ilvl"))
    return ListPlace(_value(numbering, "numId") or "", None if depth is None else min(depth, 8), style)


def _is_default(style: Element) -> bool:
    return style.get("type") == "paragraph" and is_on_value(style.get("default", "0"))


def is_on_value(value: str) -> bool:
    """Whether an attribute that is a switch is set."""
    return value in {"1", "true", "on"}


def _value(parent: Element | None, tag: str) -> str | None:
    child = parent.find(tag) if parent is not None else None
    return None if child is None else child.get("val")


def _number(value: str | None) -> int | None:
    return (
        int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 4 else None
    )
