"""The look of a run's words in a Word document: raised, in a picture font, or not to be seen at all.

Unseen is what is hidden, has the colour of what is behind it, or is smaller than anybody reads. What a run
does not say itself, its character style says, then the paragraph's, then the document's defaults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from feedback.documents.characters.emphasis import Style
from feedback.documents.characters.raised import Rise
from feedback.documents.characters.symbols import is_picture_font
from feedback.documents.formats.safe_xml import Element
from feedback.documents.sight import PAPER, is_lost_on

from .styles import Styles, is_on, is_on_value

Ground = str | None  # the colour behind text, as six hexadecimal digits; None: not known

_TINY = 6  # half points: letters below three points can't be read
_NARROW = 10  # percent of a letter's width
_FLAT = 40  # twentieths of a point that a line is high, where that is fixed
_FAR = 20_000  # twentieths of a point: 35 cm, beyond any page
_EMU_FAR = 30 * 360_000  # 30 cm
_EMU_FLAT = 12_700  # one point
_RAISED = 4  # half points above the line
_HIGHLIGHTS = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF",
    "red": "FF0000", "yellow": "FFFF00", "white": PAPER, "darkBlue": "000080", "darkCyan": "008080",
    "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000",
    "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip
# parts of a table that its style may dress: the table's switch, its older bit, and the style's name of it
_REGIONS = (
    ("firstRow", 0x20, "firstRow"),
    ("lastRow", 0x40, "lastRow"),
    ("firstColumn", 0x80, "firstCol"),
    ("lastColumn", 0x100, "lastCol"),
)
_WHITES = frozenset({"bg1", "lt1", "background1", "light1"})


@dataclass(frozen=True, slots=True)
class Look:
    unseen: bool = False
    rise: Rise = Rise.NONE
    font: str = ""  # a picture font, or empty
    styles: tuple[Style, ...] = ()


class Looks:
    """The looks of one document's runs."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._inherited: dict[tuple[str, str, tuple[str, ...]], dict[str, Element]] = {}
        self._table: tuple[str, ...] = ()  # the style of the table around the text, and the cell's regions

    def of(self, run: Element, paragraph: Element | None, ground: Ground) -> Look:
        """The look of a run of a paragraph with these properties, on this ground."""
        own = run.find("rPr")
        inherited = self._of_styles(own, paragraph)
        if own is None and not inherited:
            return Look()
        found = {**inherited, **({} if own is None else {child.tag: child for child in own})}
        is_unseen = _is_unseen(found, _ground_of(found, paragraph, ground))
        return Look(is_unseen, _rise(found), _font(found), tuple(_styles(found)))

    def in_table(self, table: Element, cells: list[Element], row: int, rows: int) -> Iterator[Element]:
        """The cells of a row, each while its text has the look of its place in the table."""
        around = self._table
        properties = table.find("tblPr")
        style = _value(properties, "tblStyle")
        look = properties.find("tblLook") if properties is not None else None
        for column, cell in enumerate(cells):
            is_at = (row == 0, row == rows - 1, column == 0, column == len(cells) - 1)
            regions = [
                name
                for (switch, bit, name), here in zip(_REGIONS, is_at, strict=True)
                if here and _has(look, switch, bit)
            ]
            self._table = (style, *reversed(regions)) if style else ()
            yield cell
        self._table = around

    def _of_styles(self, own: Element | None, paragraph: Element | None) -> dict[str, Element]:
        key = (_value(own, "rStyle"), _value(paragraph, "pStyle"), self._table)
        if key not in self._inherited:
            chain = [
                *self._styles.run_properties(key[0]),
                *self._styles.run_properties(key[1], default=True, table=self._table),
            ]
            self._inherited[key] = {child.tag: child for each in reversed(chain) for child in each}
        return self._inherited[key]


def _has(look: Element | None, switch: str, bit: int) -> bool:
    """Whether a table shows the look of a region: each has its switch, or a bit of one number."""
    if look is None:
        return False
    if switch in look.attrib:
        return is_on_value(look.get(switch, ""))
    try:
        return bool(int(look.get("val", "0"), 16) & bit)
    except ValueError:
        return False


def is_flat(paragraph: Element | None) -> bool:
    """Whether the lines of a paragraph are too low, or too far out, to be seen."""
    if paragraph is None:
        return False
    spacing, indent, frame = paragraph.find("spacing"), paragraph.find("ind"), paragraph.find("framePr")
    if spacing is not None and spacing.get("lineRule") == "exact" and _number(spacing, "line", 240) <= _FLAT:
        return True
    if indent is not None and any(
        abs(_number(indent, side, 0)) > _FAR for side in ("left", "start", "firstLine", "right", "end")
    ):
        return True
    return frame is not None and any(abs(_number(frame, side, 0)) > _FAR for side in ("x", "y"))


def is_row_unseen(properties: Element | None) -> bool:
    """Whether a row of a table is hidden or has no height."""
    if properties is None:
        return False
    height = properties.find("trHeight")
    is_low = height is not None and height.get("hRule") == "exact" and _number(height, "val", 240) <= _FLAT
    return is_low or is_on(properties.find("hidden"))


def is_drawing_unseen(anchor: Element) -> bool:
    """Whether a floating drawing is hidden, has no size, or hangs beyond the page."""
    properties, extent = anchor.find("docPr"), anchor.find("extent")
    if properties is not None and is_on_value(properties.get("hidden", "0")):
        return True
    if (
        extent is not None
        and min(_number(extent, "cx", _EMU_FAR), _number(extent, "cy", _EMU_FAR)) <= _EMU_FLAT
    ):
        return True
    offsets = (anchor.find(f"position{axis}/posOffset") for axis in "HV")
    return any(abs(_integer(offset.text or "", 0)) > _EMU_FAR for offset in offsets if offset is not None)


def shading(properties: Element | None, ground: Ground) -> Ground:
    """The ground of what has these properties, on another one."""
    shade = properties.find("shd") if properties is not None else None
    if shade is None:
        return ground
    fill = shade.get("color" if shade.get("val") == "solid" else "fill", "auto")
    return ground if fill in {"auto", ""} else fill.upper()


def shape_ground(shape: Element, ground: Ground) -> Ground:
    """The ground inside a drawn shape: known where it is one plain colour."""
    legacy = shape.get("fillcolor")
    if legacy is not None:
        named = legacy.split()[0].lstrip("#").upper() if legacy.strip() else ""
        return named if len(named) == len(PAPER) else PAPER if named == "WHITE" else None
    properties = shape.find("spPr")
    if properties is None or properties.find("noFill") is not None:
        return ground
    colour = properties.find("solidFill/srgbClr")
    if colour is not None:
        return colour.get("val", PAPER).upper()
    scheme = properties.find("solidFill/schemeClr")
    if scheme is not None:
        return PAPER if scheme.get("val") in _WHITES else None
    has_style = shape.find("style/fillRef") is not None
    return None if has_style or any(child.tag.endswith("Fill") for child in properties) else ground


def _ground_of(found: dict[str, Element], paragraph: Element | None, ground: Ground) -> Ground:
    ground = shading(paragraph, ground)
    if "highlight" in found:
        return _HIGHLIGHTS.get(found["highlight"].get("val", ""), ground)
    shade = found.get("shd")
    if shade is None:
        return ground
    fill = shade.get("color" if shade.get("val") == "solid" else "fill", "auto")
    return ground if fill in {"auto", ""} else fill.upper()


def _is_unseen(found: dict[str, Element], ground: Ground) -> bool:
    if is_on(found.get("vanish")):
        return True
    if "sz" in found and _number(found["sz"], "val", 22) < _TINY:
        return True
    if "w" in found and _number(found["w"], "val", 100) <= _NARROW:
        return True
    return any(is_lost_on(colour, ground) for colour in _colours(found))


def _colours(found: dict[str, Element]) -> Iterator[str]:
    """The colour of the letters; one that is drawn by an effect goes before the plain one."""
    effect = found.get("textFill")
    if effect is not None and "textOutline" not in found:
        if effect.find("noFill") is not None:
            yield "transparent"
            return
        if (colour := effect.find("solidFill/srgbClr")) is not None:
            yield _with_alpha(colour)
            return
        if (scheme := effect.find("solidFill/schemeClr")) is not None and scheme.get("val") in _WHITES:
            yield PAPER
            return
    colour = found.get("color")
    if colour is not None and colour.get("val", "auto") != "auto":
        yield colour.get("val", "").upper()
    elif colour is not None and colour.get("themeColor") in _WHITES:
        yield PAPER


def _with_alpha(colour: Element) -> str:
    alpha = colour.find("alpha")  # Word writes how much shows through, in thousandths of a percent
    if alpha is not None and _number(alpha, "val", 0) >= 95_000:
        return "transparent"
    return colour.get("val", "").upper()


def _rise(found: dict[str, Element]) -> Rise:
    align = found["vertAlign"].get("val") if "vertAlign" in found else None
    if align == "superscript":
        return Rise.SUPER
    if align == "subscript":
        return Rise.SUB
    moved = _number(found["position"], "val", 0) if "position" in found else 0
    return Rise.SUPER if moved >= _RAISED else Rise.SUB if moved <= -_RAISED else Rise.NONE


def _styles(found: dict[str, Element]) -> Iterator[Style]:
    if is_on(found.get("b")):
        yield Style.STRONG
    if is_on(found.get("i")):
        yield Style.ITALIC


def _font(found: dict[str, Element]) -> str:
    fonts = found.get("rFonts")
    name = (fonts.get("ascii") or fonts.get("hAnsi") or "") if fonts is not None else ""
    return name if is_picture_font(name) else ""


def _value(parent: Element | None, tag: str) -> str:
    child = parent.find(tag) if parent is not None else None
    return "" if child is None else child.get("val", "")


def _number(element: Element, name: str, default: int) -> int:
    return _integer(element.get(name, ""), default)


def _integer(text: str, default: int) -> int:
    digits = text.removeprefix("-").partition(".")[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12):
        return default
    return -int(digits) if text.startswith("-") else int(digits)
