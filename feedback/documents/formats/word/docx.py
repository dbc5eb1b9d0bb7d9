"""Word documents (.docx), read from their XML as Word shows them with all changes accepted.

Deleted and moved-away text, field codes, comments and the table of contents are left out. Text that cannot
be seen is left out and counted. A note stands right after the paragraph that refers to it, since a claim and
its source belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from feedback.documents.characters.emphasis import emphasised
from feedback.documents.characters.raised import Piece, Rise, joined
from feedback.documents.characters.symbols import is_picture_font, shown
from feedback.documents.formats.alternatives import read_alternative
from feedback.documents.formats.archive import Archive
from feedback.documents.formats.safe_xml import Element
from feedback.documents.sight import PAPER
from feedback.documents.structure.blocks import Block, table_row
from feedback.documents.unread import Unread

from .fields import Fields
from .forms import answer_of
from .looks import Ground, Look, Looks, is_drawing_unseen, is_flat, is_row_unseen, shading, shape_ground
from .numbering import BULLET, Numbering
from .omml import linear
from .parts import Parts
from .styles import Styles, is_on

_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_UNSEEN = frozenset({"del", "moveFrom", "delText", "delInstrText", "pPr", "rPr", "rt", "Fallback", "sdtPr"})
_WRAPPERS = frozenset({"ins", "moveTo", "customXml", "smartTag", "sdtContent", "AlternateContent", "Choice"})
_SHAPES = frozenset({"wsp", "shape", "rect", "roundrect", "oval"})
_EQUATIONS = frozenset({"oMath", "oMathPara"})
_APART = "\x00"  # around an equation: a blank where it would run into a word


def read_docx(archive: Archive, *, is_inside: bool = False) -> tuple[list[Block], Unread]:
    """The blocks of the document's body, in reading order, and what was not read of it."""
    unread = Unread()
    document = archive.xml(r"word/document\d*\.xml")
    body = document.find("body") if document is not None else None
    if document is None or body is None:
        return [], unread
    walk = _Body(archive, unread, is_inside=is_inside)
    return list(walk.blocks(body, _paper(document))), unread


def _paper(document: Element) -> Ground:
    background = document.find("background")
    colour = background.get("color", PAPER) if background is not None else PAPER
    return PAPER if colour == "auto" else colour.upper()


def _notes(root: Element | None, kind: str) -> dict[str, Element]:
    """Notes by id. Those with a type are the lines that separate notes from text."""
    found = root.iter(kind) if root is not None else ()
    return {note.get("id", ""): note for note in found if note.get("type", "normal") == "normal"}


@dataclass(frozen=True, slots=True)
class _After:
    """The blocks after the paragraph that is being read: a note with its mark, a text box, a diagram."""

    mark: str
    content: Element | list[Block]
    ground: Ground


class _Body:
    """One walk over the body. Each note is given once, so nothing is multiplied by references."""

    def __init__(self, archive: Archive, unread: Unread, *, is_inside: bool) -> None:
        self._archive = archive
        self._is_inside = is_inside  # of another document: one that holds itself would never end
        self._unread = unread
        self._styles = Styles(archive.xml(r"word/styles\d*\.xml"))
        self._looks = Looks(self._styles)
        self._numbering = Numbering(archive.xml(r"word/numbering\d*\.xml"))
        self._parts = Parts(archive)
        self._notes = {
            f"{kind}Reference": _notes(archive.xml(rf"word/{kind}s\d*\.xml"), kind)
            for kind in ("footnote", "endnote")
        }
        self._fields = Fields()
        self._numbered = 0
        self._carried: list[
            Piece
        ] = []  # of a large initial, or where the mark is deleted: the next one continues it
        self._after: list[_After] = []

    def blocks(self, container: Element, ground: Ground) -> Iterator[Block]:
        for child in container:
            if child.tag == "p":
                yield from self._paragraph(child, ground)
            elif child.tag == "tbl":
                yield from self._table(child, ground)
            elif child.tag in _EQUATIONS:
                yield Block(linear(child))
            elif child.tag == "altChunk":
                yield from self._alternative(child.get("id", ""))
            elif child.tag == "sdt":
                yield from self._control(child, ground)
            elif child.tag in _WRAPPERS:
                yield from self.blocks(child, ground)

    def _control(self, control: Element, ground: Ground) -> Iterator[Block]:
        if not _is_contents(control) and not self._is_placeholder(control):
            yield from self.blocks(control, ground)

    def _is_placeholder(self, control: Element) -> bool:
        """Whether a field of a template still shows what it asks for."""
        is_empty = is_on(control.find("sdtPr/showingPlcHdr"))
        self._unread.placeholders += is_empty
        return is_empty

    def _paragraph(self, paragraph: Element, ground: Ground) -> Iterator[Block]:
        properties = paragraph.find("pPr")
        if self._styles.of(properties).contents:
            return
        pieces = [*self._carried, *self._inline(paragraph, properties, ground)]
        self._carried = []
        self._fields.end_of_paragraph()
        text = _spaced(joined(pieces))
        if is_flat(properties):
            self._unread.leave_unseen(text)
        elif _mark_is_deleted(properties) or _is_initial(properties):
            self._carried = pieces
        else:
            yield self._block(text, paragraph, properties)
        after, self._after = self._after, []
        for each in after:
            yield from self._marked(each)

    def _marked(self, after: _After) -> Iterator[Block]:
        mark = after.mark
        content = after.content
        for block in content if isinstance(content, list) else self.blocks(content, after.ground):
            yield replace(block, text=mark + block.text, level=None)
            mark = ""

    def _block(self, text: str, paragraph: Element, properties: Element | None) -> Block:
        style = self._styles.of(properties)
        marker, depth = self._marker(properties) if text.strip() else ("", 0)
        is_emphatic = style.bold or _is_all_bold(paragraph)
        if style.level is not None:
            return Block(f"{marker} {text.strip()}" if marker not in {"", BULLET} else text, style.level)
        if marker:
            return Block(f"{'  ' * depth}{marker} {text.strip()}", kin="item", emphatic=is_emphatic)
        return Block(text, emphatic=is_emphatic)

    def _marker(self, properties: Element | None) -> tuple[str, int]:
        """The number or bullet of a paragraph of a list, and how deep it stands."""
        place = self._styles.list_place(properties)
        if place is None:
            return "", 0
        depth = place.depth
        if depth is None:
            depth = self._numbering.level_of_style(place.number, place.style) or 0
        return self._numbering.marker(place.number, depth), depth

    def _inline(self, element: Element, properties: Element | None, ground: Ground) -> Iterator[Piece]:
        for child in element:
            tag = child.tag
            if tag == "r":
                yield from self._run(child, properties, ground)
            elif tag in _EQUATIONS and not self._fields.is_code:
                yield f"{_APART}{linear(child)}{_APART}", Rise.NONE
            elif tag == "sdt" and self._is_placeholder(child):
                continue
            elif tag not in _UNSEEN:
                yield from self._inline(child, properties, ground)

    def _run(self, run: Element, properties: Element | None, ground: Ground) -> Iterator[Piece]:
        look = self._looks.of(run, properties, ground)
        for text in self._content(run, look, properties, ground):
            if self._fields.is_code:
                continue
            self._fields.has_text()
            if look.unseen:
                self._unread.leave_unseen(text)
            else:
                yield text if look.rise else emphasised(text, look.styles), look.rise

    def _content(
        self, element: Element, look: Look, properties: Element | None, ground: Ground
    ) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag == "t":
                text = child.text or ""
                yield shown(text, look.font) if look.font else text
            elif tag == "instrText":
                self._fields.write(child.text or "")
            elif tag == "fldChar":
                yield from self._field(child)
            elif tag in _BREAKS:
                yield _BREAKS[tag]
            elif tag == "sym":
                yield _sign(child)
            elif tag in self._notes:
                yield self._refer(tag, child.get("id", ""), ground)
            elif tag not in _UNSEEN and not (tag in {"anchor", "inline"} and self._leave(child)):
                yield from self._drawn(child, look, properties, ground)

    def _field(self, mark: Element) -> Iterator[str]:
        """What a field shows beside its result: the answer of a form, a sign, an equation."""
        answer = mark.find("ffData")
        if answer is not None:
            yield answer_of(answer)
        by_code = self._fields.mark(mark.get("fldCharType", ""), is_form=answer is not None)
        self._unread.formulas += by_code.is_formula and not by_code.text
        self._unread.placeholders += by_code.is_placeholder
        if by_code.text:
            yield by_code.text

    def _leave(self, drawing: Element) -> bool:
        """Whether a drawing cannot be seen; its text is counted then."""
        is_unseen = is_drawing_unseen(drawing)
        if is_unseen:
            self._unread.leave_unseen(" ".join(text.text or "" for text in drawing.iter("t")))
        return is_unseen

    def _drawn(self, child: Element, look: Look, properties: Element | None, ground: Ground) -> Iterator[str]:
        tag = child.tag
        if tag == "txbxContent":
            self._after.append(_After("", child, ground))
        elif tag == "relIds":
            self._add(self._parts.diagram(child.get("dm", "")))
        elif tag == "chart":
            self._add(self._parts.chart(child.get("id", "")))
        elif tag in {"pic", "imagedata"}:
            self._unread.pictures += 1
        elif tag == "contentPart":
            self._unread.charts += 1
        elif tag == "object":
            self._leave_object(child)
        elif tag == "textpath":
            yield f"{child.get('string', '')} "
        else:
            yield from self._content(
                child, look, properties, shape_ground(child, ground) if tag in _SHAPES else ground
            )

    def _add(self, blocks: list[Block]) -> None:
        self._unread.charts += not blocks
        self._after.append(_After("", blocks, PAPER))

    def _leave_object(self, element: Element) -> None:
        program = next((each.get("ProgID", "") for each in element.iter("OLEObject")), "")
        if program.startswith("Equation"):
            self._unread.formulas += 1
        else:
            self._unread.embedded += 1

    def _refer(self, kind: str, key: str, ground: Ground) -> str:
        note = self._notes[kind].pop(key, None)
        if note is None:
            return ""
        self._numbered += 1
        self._after.append(_After(f"[{self._numbered}] ", note, ground))
        return f"[{self._numbered}]"

    def _alternative(self, key: str) -> list[Block]:
        data = self._parts.read(key)
        if data is None or self._is_inside:
            self._unread.embedded += 1
            return []
        return read_alternative(data, self._unread, self._word_inside)

    def _word_inside(self, data: bytes) -> list[Block]:
        blocks, unread = read_docx(self._archive.inside(data), is_inside=True)
        self._unread.add(unread)
        return blocks

    def _table(self, table: Element, ground: Ground) -> Iterator[Block]:
        ground = self._styles.table_ground(table.find("tblPr"), ground)
        rows = [row for row in _rows(table) if row.find("trPr/del") is None]
        for place, row in enumerate(rows):
            properties = row.find("trPr")
            cells = [
                list(self.blocks(cell, shading(cell.find("tcPr"), ground)))
                for cell in self._looks.in_table(table, list(_cells(row)), place, len(rows))
            ]
            if is_row_unseen(properties):
                self._unread.leave_unseen(" ".join(block.text for cell in cells for block in cell))
            else:
                yield from table_row(cells)


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag == "sdt" or child.tag in _WRAPPERS:
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == "tc":
            if child.find("tcPr/cellDel") is None:
                yield child
        elif child.tag == "sdt" or child.tag in _WRAPPERS:
            yield from _cells(child)


def _sign(element: Element) -> str:
    """A sign that Word keeps as a font and a code."""
    font, code = element.get("font", ""), element.get("char", "")
    try:
        character = chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
    return shown(character, font) if is_picture_font(font) else character


def _spaced(text: str) -> str:
    """The text with equations apart from the words beside them."""
    parts = text.split(_APART)
    spaced = parts[0]
    for part in parts[1:]:
        meets = spaced[-1:].isalnum() and (part[:1].isalnum() or part[:1] in "√∑∫∏(|[")
        spaced += f" {part}" if meets and part else part
    return spaced


def _is_contents(control: Element) -> bool:
    gallery = control.find("sdtPr/docPartObj/docPartGallery")
    return gallery is not None and gallery.get("val") == "Table of Contents"


def _mark_is_deleted(properties: Element | None) -> bool:
    mark = properties.find("rPr") if properties is not None else None
    return mark is not None and (mark.find("del") is not None or mark.find("moveFrom") is not None)


def _is_initial(properties: Element | None) -> bool:
    """Whether a paragraph is the large initial of the next one."""
    frame = properties.find("framePr") if properties is not None else None
    return frame is not None and frame.get("dropCap", "none") != "none"


def _is_all_bold(paragraph: Element) -> bool:
    runs = [run for run in paragraph.iter("r") if any((text.text or "").strip() for text in run.iter("t"))]
    return bool(runs) and all(is_on(run.find("rPr/b")) for run in runs)
