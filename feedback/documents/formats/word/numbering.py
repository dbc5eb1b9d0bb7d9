"""The numbers of a Word document's lists, counted as Word counts them.

A paragraph names a list and a level in it; the numbers are nowhere in the file. Lists that share a definition
go on counting, one with a new start begins again, and a level starts again under each one above it.
ECMA-376, part 1, chapter 17.9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from feedback.documents.formats.safe_xml import Element

LEVELS = 9
_LETTERED = 780  # as far as Word counts in letters
BULLET = "-"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: what its number looks like and where it starts."""

    form: str = "decimal"
    text: str = ""  # "%1.%2)": the numbers of the levels 1 and 2
    start: int = 1
    restarts: int | None = None  # the next number of this level, from 1, starts this one again; 0: none does
    legal: bool = False  # all its numbers are decimal
    style: str = ""  # the paragraph style that stands for this level


@dataclass(slots=True)
class _List:
    levels: dict[int, Level]
    counts: dict[int, int]  # shared by all lists of one definition
    overrides: dict[int, int] = field(default_factory=dict)  # where a level starts, once


class Numbering:
    """All lists of one document; each marker is asked for once, in the order of the text."""

    def __init__(self, root: Element | None) -> None:
        self._is_missing = root is None
        self._lists: dict[str, _List] = {}
        if root is not None:
            self._read(root)

    def marker(self, number: str, depth: int) -> str:
        """The next marker of a list at this depth (from 0), as it is shown: "2.", "b)", BULLET or nothing."""
        found = self._lists.get(number)
        if found is None:
            if not self._is_missing:
                return BULLET
            # A list that nothing defines is one of numbers, as Word opens it.
            found = self._lists[number] = _List(
                {level: Level(text=f"%{level + 1}.") for level in range(9)}, {}
            )
        level = found.levels.get(depth)
        if level is None or level.form == "bullet":
            return BULLET
        _count(found, depth, level)
        return "" if level.form == "none" and "%" not in level.text else _shown(found, level)

    def level_of_style(self, number: str, style: str) -> int | None:
        """The depth at which a list numbers the paragraphs of a style."""
        found = self._lists.get(number)
        levels = found.levels.items() if found else ()
        return next((depth for depth, level in levels if level.style and level.style == style), None)

    def _read(self, root: Element) -> None:
        abstract = {each.get("abstractNumId", ""): each for each in root.findall("abstractNum")}
        by_style = {
            link.get("val", ""): key
            for key, each in abstract.items()
            if (link := each.find("styleLink")) is not None
        }
        counts: dict[str, dict[int, int]] = {}
        for number in root.findall("num"):
            key = _value(number, "abstractNumId")
            link = abstract[key].find("numStyleLink") if key in abstract else None
            if link is not None:
                key = by_style.get(link.get("val", ""), key)
            levels = _levels(abstract[key]) if key in abstract else {}
            found = _List(levels, counts.setdefault(key, {}))
            for override in number.findall("lvlOverride"):
                _override(found, override)
            self._lists[number.get("numId", "")] = found


def _levels(abstract: Element) -> dict[int, Level]:
    return {depth: _level(each) for each in abstract.findall("lvl") if (depth := _depth(each)) is not None}


def _override(found: _List, override: Element) -> None:
    depth = _depth(override)
    if depth is None:
        return
    if (level := override.find("lvl")) is not None:
        found.levels = {**found.levels, depth: _level(level)}
    if (start := _number(_value(override, "startOverride"))) is not None:
        found.overrides[depth] = start


def _level(element: Element) -> Level:
    start, restarts = _number(_value(element, "start")), _number(_value(element, "lvlRestart"))
    form = element.find(".//numFmt")  # inside an AlternateContent for the forms of later versions
    legal = element.find("isLgl")
    return Level(
        form=form.get("val", "decimal") if form is not None else "decimal",
        text=_value(element, "lvlText"),
        start=1 if start is None else start,
        restarts=restarts,
        legal=legal is not None and legal.get("val", "1") not in {"0", "false"},
        style=_value(element, "pStyle"),
    )


def _count(found: _List, depth: int, level: Level) -> None:
    if depth in found.overrides:
        found.counts[depth] = found.overrides.pop(depth)
    else:
        found.counts[depth] = found.counts[depth] + 1 if depth in found.counts else level.start
    for deeper in [each for each in found.counts if each > depth]:
        restarts = found.levels[deeper].restarts if deeper in found.levels else None
        if restarts is None or restarts > depth:
            del found.counts[deeper]
    for above in range(depth):  # a level that was never used counts as its first
        found.counts.setdefault(above, found.levels[above].start if above in found.levels else 1)


def _shown(found: _List, level: Level) -> str:
    text = level.text
    for depth in range(LEVELS):
        if (place := f"%{depth + 1}") in text:
            form = "decimal" if level.legal or depth not in found.levels else found.levels[depth].form
            text = text.replace(place, written(found.counts.get(depth, 1), form))
    return text.strip()


def written(number: int, form: str) -> str:
    """A number in one of Word's forms; those of other scripts are written in figures."""
    return _FORMS.get(form, str)(number) if number > 0 else str(number)


def roman(number: int) -> str:
    """Capital Roman figures, up to 3999; figures beyond."""
    if number >= 4000:
        return str(number)
    text = ""
    for value, sign in _ROMAN:
        text += sign * (number // value)
        number %= value
    return text


def letters(number: int) -> str:
    """A to Z, then AA to ZZ, as Word goes on."""
    return (
        chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number <= _LETTERED else str(number)
    )


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if number <= 20 else f"({number})"


def _sign(number: int) -> str:
    return "*†‡§"[(number - 1) % 4] * ((number - 1) // 4 + 1)


def _words(number: int) -> str:
    return _NUMBER_WORDS[number - 1] if number <= len(_NUMBER_WORDS) else str(number)


def _ordinal_words(number: int) -> str:
    return _ORDINAL_WORDS[number - 1] if number <= len(_ORDINAL_WORDS) else ordinal(number)


_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_NUMBER_WORDS = [
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
]
_ORDINAL_WORDS = [
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
]
_FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": "{:02d}".format,
    "upperRoman": roman,
    "lowerRoman": lambda number: roman(number).lower(),
    "upperLetter": letters,
    "lowerLetter": lambda number: letters(number).lower(),
    "ordinal": ordinal,
    "cardinalText": _words,
    "ordinalText": _ordinal_words,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "chicago": _sign,
    "none": lambda _number: "",
}


def _value(parent: Element, tag: str) -> str:
    child = parent.find(tag)
    return "" if child is None else child.get("val", "")


def _depth(element: Element) -> int | None:
    depth = _number(element.get("ilvl", ""))
    return depth if depth is not None and depth < LEVELS else None


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else None
