"""The meaning of an OpenDocument text's styles: headings, how words look, how lists are numbered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from feedback.documents.characters.emphasis import Style
from feedback.documents.characters.raised import Rise
from feedback.documents.characters.symbols import is_picture_font
from feedback.documents.formats.safe_xml import Element
from feedback.documents.formats.word.numbering import BULLET, letters, roman
from feedback.documents.sight import PAPER, is_lost_on

_MAX_CHAIN = 20  # styles may be based on each other in a circle
_TINY = 3.0  # points
_POINTS = re.compile(r"(\d+(?:\.\d+)?)\s*(pt|px|mm|cm|in)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_SMALLEST = 20.0  # percent of the text around: 2.4 points of 12
_NARROWEST = 10.0  # percent of a letter's width
_UNITS = {"pt": 1.0, "px": 0.75, "mm": 2.835, "cm": 28.35, "in": 72.0}
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_TITLE = "Title"
_BOLD = frozenset({"bold", "600", "700", "800", "900"})


@dataclass(frozen=True, slots=True)
class Look:
    unseen: bool = False
    rise: Rise = Rise.NONE
    font: str = ""  # a picture font, or empty
    styles: tuple[Style, ...] = ()


@dataclass(frozen=True, slots=True)
class ListLevel:
    """One level of a list, as its style describes it."""

    form: str = ""  # 1, a, A, i, I; empty: no number
    before: str = ""
    after: str = ""
    shown: int = 1  # how many levels' numbers are written out
    start: int = 1
    is_bullet: bool = False


class Styles:
    """The styles of the parts of one document, those of its content before the common ones."""

    def __init__(self, *parts: Element | None) -> None:
        self._styles: dict[tuple[str, str], Element] = {}
        self._lists: dict[str, dict[int, ListLevel]] = {}
        self.outline: dict[int, ListLevel] = {}
        for part in parts:
            for style in part.iter("style") if part is not None else ():
                self._styles.setdefault((style.get("family", ""), style.get("name", "")), style)
            for style in part.iter("list-style") if part is not None else ():
                self._lists.setdefault(style.get("name", ""), _levels(style))
            for style in part.iter("outline-style") if part is not None else ():
                self.outline = self.outline or _levels(style)

    def is_title(self, name: str) -> bool:
        """Whether paragraphs of this style are the document's title."""
        return any(key == _TITLE for key, _ in self._chain("paragraph", name))

    def is_outlined(self, name: str) -> bool:
        """Whether a heading of this style takes part in the document's own numbering of headings."""
        return any(style.get("default-outline-level") for _, style in self._chain("paragraph", name))

    def level(self, style: str, depth: int) -> ListLevel | None:
        """The level of a list at this depth, from 0; None for a list that no style describes."""
        return self._lists.get(style, {}).get(depth + 1)

    def properties(self, family: str, name: str) -> dict[str, str]:
        """What a style says of text, its own word before that of the style it is based on."""
        found: dict[str, str] = {}
        for _, style in reversed(list(self._chain(family, name))):
            for properties in style.findall("text-properties"):
                found.update(properties.attrib)
        return found

    def ground(self, family: str, name: str, ground: str | None) -> str | None:
        """What is behind the text of a paragraph, cell or frame of this style."""
        for _, style in self._chain(family, name):
            for tag in ("paragraph-properties", "table-cell-properties", "graphic-properties"):
                properties = style.find(tag)
                if properties is not None and (colour := _colour(properties.get("background-color", ""))):
                    return colour
                if properties is not None and properties.get("fill") in {"gradient", "bitmap", "hatch"}:
                    return None
                if properties is not None and properties.get("fill") == "solid":
                    return _colour(properties.get("fill-color", "")) or ground
        return ground

    def is_collapsed(self, name: str) -> bool:
        """Whether rows of this style have no height."""
        heights = (
            properties.get("row-height", "")
            for _, style in self._chain("table-row", name)
            for properties in style.findall("table-row-properties")
        )
        return any(0 <= _points(height, _TINY) < _TINY for height in heights if height)

    def _chain(self, family: str, name: str) -> Iterator[tuple[str, Element]]:
        for _ in range(_MAX_CHAIN):
            style = self._styles.get((family, name))
            if style is None:
                if name == _TITLE:
                    yield name, Element("style")
                return
            yield name, style
            name = style.get("parent-style-name", "")


def look_of(properties: dict[str, str], ground: str | None) -> Look:
    """How words with these properties look on this ground."""
    own = _colour(properties.get("background-color", ""))
    colour = _colour(properties.get("color", "")) if properties.get("use-window-font-color") != "true" else ""
    size = properties.get("font-size", "")
    unseen = (
        properties.get("display") == "none"
        or (size != "" and not size.endswith("%") and _points(size, _TINY) < _TINY)
        or _percent(size) < _SMALLEST
        or _percent(properties.get("text-scale", "")) < _NARROWEST
        or properties.get("opacity") == "0%"
        or (colour != "" and is_lost_on(colour, own or ground))
    )
    font = properties.get("font-name") or properties.get("font-family", "").strip("'")
    return Look(
        unseen,
        _rise(properties.get("text-position", "")),
        font if is_picture_font(font) else "",
        tuple(_styles(properties)),
    )


def _styles(properties: dict[str, str]) -> Iterator[Style]:
    if properties.get("font-weight") in _BOLD:
        yield Style.STRONG
    if properties.get("font-style") in {"italic", "oblique"}:
        yield Style.ITALIC


def written(number: int, form: str) -> str:
    """A number in one of OpenDocument's forms."""
    if form in {"a", "A"}:
        return letters(number) if form == "A" else letters(number).lower()
    if form in {"i", "I"}:
        return roman(number) if form == "I" else roman(number).lower()
    return str(number)


def marker(levels: dict[int, ListLevel], counts: dict[int, int], depth: int) -> str:
    """The marker of an item at this depth (from 0): its number as its list writes it, or BULLET."""
    level = levels.get(depth + 1)
    if level is None or level.is_bullet:
        return BULLET
    if not level.form:
        return f"{level.before}{level.after}".strip()
    shown = range(max(0, depth + 1 - level.shown), depth + 1)
    numbers = [
        written(counts.get(each, 1), levels[each + 1].form)
        for each in shown
        if each + 1 in levels and levels[each + 1].form
    ]
    return f"{level.before}{'.'.join(numbers)}{level.after}".strip()


def _levels(style: Element) -> dict[int, ListLevel]:
    return {
        int(level.get("level", "0")): ListLevel(
            level.get("num-format", ""),
            level.get("num-prefix", ""),
            level.get("num-suffix", ""),
            _integer(level.get("display-levels", ""), 1),
            _integer(level.get("start-value", ""), 1),
            level.tag in {"list-level-style-bullet", "list-level-style-image"},
        )
        for level in style
        if level.get("level", "").isdecimal() and level.get("level", "").isascii()
    }


def _integer(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


def _colour(text: str) -> str:
    return text[1:].upper() if _HEX.fullmatch(text) else PAPER if text == "white" else ""


def _percent(text: str) -> float:
    """A share in percent; 100 where a text is none."""
    found = _PERCENT.fullmatch(text)
    return float(found[1]) if found else 100.0


def _points(text: str, default: float) -> float:
    found = _POINTS.fullmatch(text)
    return float(found[1]) * _UNITS[found[2]] if found else default


def _rise(position: str) -> Rise:
    moved = position.split()[0] if position.split() else ""
    if moved == "super" or (moved.endswith("%") and not moved.startswith(("-", "0%"))):
        return Rise.SUPER
    return Rise.SUB if moved == "sub" or moved.startswith("-") else Rise.NONE
