"""What the paragraph styles of a Word document mean, whatever they are called.

A heading is what has an outline level, directly or by the style that its style is based on. Word writes the
names of its own styles in English in every language ("heading 1" with the id "berschrift1"); other programs
translate the name, so it is read in the languages that they are known to write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .safe_xml import Element

_HEADING = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|overskrift|otsikko|nagłówek|nadpis|заголовок|başlık"
    r"|标题|見出し)\s*([1-9])",
    re.IGNORECASE,
)
_TITLE = re.compile(r"title|titel|titre|título|titolo", re.IGNORECASE)
_CONTENTS = re.compile(r"toc \d|toc heading|contents \d", re.IGNORECASE)
_BODY_LEVEL = 9  # outline level of body text, counted from 0
_MAX_CHAIN = 20  # styles may be based on each other in a circle


@dataclass(frozen=True, slots=True)
class Style:
    level: int | None = None  # of a heading, from 1
    bold: bool = False
    contents: bool = False  # an entry of the table of contents
    list_depth: int | None = None


class Styles:
    """The styles of one document, resolved along their basedOn chains."""

    def __init__(self, root: Element | None) -> None:
        styles = root.iter("style") if root is not None else ()
        self._elements = {style.get("styleId", ""): style for style in styles}
        self._resolved: dict[str, Style] = {}

    def of(self, properties: Element | None) -> Style:
        """The style of a paragraph with these properties, its own outline level first."""
        style = self._named(_value(properties, "pStyle"))
        level = _outline_level(properties)
        if level is None:
            return style
        own = None if level >= _BODY_LEVEL else level + 1
        return Style(own, style.bold, style.contents, style.list_depth)

    def list_depth(self, properties: Element | None) -> int | None:
        """How deep a list item is nested, from 0; None for what is no list item."""
        if properties is not None and properties.find("numPr") is not None:
            return _list_depth(properties)
        return self.of(properties).list_depth

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
    depths = (_list_depth(item) for item in properties)
    return Style(
        level,
        is_on(bold),
        any(_CONTENTS.fullmatch(name) for name in names),
        next((depth for depth in depths if depth is not None), None),
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


def _list_depth(properties: Element | None) -> int | None:
    numbering = properties.find("numPr") if properties is not None else None
    if numbering is None or _value(numbering, "numId") == "0":  # 0 takes a paragraph out of its list
        return None
    return min(_number(_value(numbering, "ilvl")) or 0, 8)


def _value(parent: Element | None, tag: str) -> str | None:
    child = parent.find(tag) if parent is not None else None
    return None if child is None else child.get("val")


def _number(value: str | None) -> int | None:
    return (
        int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 4 else None
    )
