"""OpenDocument texts (.odt), read from their XML.

Deleted text of tracked changes, annotations and the generated indexes are left out. Text that cannot be seen
is left out and counted. A note stands right after the paragraph that refers to it, as in Word documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from feedback.documents.characters.emphasis import Style, emphasised
from feedback.documents.characters.raised import Piece, Rise, joined
from feedback.documents.characters.symbols import shown
from feedback.documents.errors import Corrupt, Encrypted
from feedback.documents.formats.archive import Archive
from feedback.documents.formats.safe_xml import Element
from feedback.documents.formats.word.numbering import BULLET
from feedback.documents.sight import PAPER
from feedback.documents.structure.blocks import Block, table_row
from feedback.documents.unread import Unread

from .controls import Controls
from .lists import Lists, OpenList, count
from .objects import Objects
from .styles import Look, Styles, look_of, marker

_UNSEEN = frozenset({
    "tracked-changes", "annotation", "table-of-content", "alphabetical-index", "illustration-index",
    "table-index", "user-index", "sequence-decls", "forms", "ruby-text", "title", "desc",
})  # fmt: skip
_SHAPES = frozenset({
    "custom-shape", "rect", "circle", "ellipse", "polygon", "regular-polygon", "path", "caption", "line",
    "polyline", "connector", "measure", "g",
})  # fmt: skip
_HIDDEN = frozenset({"hidden-text", "hidden-paragraph"})
_MAX_SPACES = 100  # of one element that stands for several
_TITLE_LEVEL = 1
_APART = "\x00"  # around a formula: a blank where it would run into a word


def read_odt(archive: Archive) -> tuple[list[Block], Unread]:
    """The blocks of the document's text, in reading order, and what was not read; raises Encrypted."""
    manifest = archive.xml(r"META-INF/manifest\.xml")
    if manifest is not None and any(True for _ in manifest.iter("encryption-data")):
        raise Encrypted
    content = archive.xml(r"content\.xml")
    text = content.find("body/text") if content is not None else None
    if content is None or text is None:
        raise Corrupt
    walk = _Text(Styles(content, archive.xml(r"styles\.xml")), Objects(archive), Controls(content))
    return list(walk.blocks(text)), walk.unread


class _Text:
    def __init__(self, styles: Styles, objects: Objects, controls: Controls) -> None:
        self.unread = Unread()
        self._styles = styles
        self._objects = objects
        self._controls = controls
        self._numbered = 0
        self._outline: dict[int, int] = {}  # how far headings have counted, by level
        self._lists = Lists(styles)
        self._after: list[tuple[str, Element | list[Block]]] = []  # notes and boxes of this paragraph
        self._ground: str | None = PAPER

    def blocks(self, container: Element, inside: OpenList | None = None) -> Iterator[Block]:
        """The blocks inside a container, which may be a list."""
        for child in container:
            tag = child.tag
            if tag in _UNSEEN:
                continue
            if child.get("display") == "none" or tag in _HIDDEN:
                self.unread.leave_unseen(" ".join(child.itertext()))
            elif tag == "h":
                yield from self._heading(child)
            elif tag == "p":
                yield from self._paragraph(child, inside)
            elif tag == "list":
                yield from self._list(child, inside)
            elif tag == "numbered-paragraph":
                yield from self._numbered_paragraph(child)
            elif tag == "table":
                yield from self._table(child)
            elif tag in {"frame", "control"}:
                yield Block(_spaced(joined(list(self._inline_element(child, {}, Look())))))
                yield from self._beside()
            else:
                yield from self.blocks(child, inside)

    def _heading(self, heading: Element) -> Iterator[Block]:
        level = _level(heading)
        is_numbered = self._styles.is_outlined(heading.get("style-name", ""))
        number = (
            self._outline_number(level) if is_numbered and heading.get("is-list-header") != "true" else ""
        )
        first, *notes = self._with_notes(heading, level)
        has_number = number and first.text.strip()
        yield replace(first, text=f"{number} {first.text.strip()}") if has_number else first
        yield from notes

    def _outline_number(self, level: int) -> str:
        style = self._styles.outline.get(level)
        if style is None or not style.form:
            return ""
        count(self._outline, level - 1, style.start)
        found = marker(self._styles.outline, self._outline, level - 1)
        return "" if found == BULLET else found

    def _list(self, element: Element, inside: OpenList | None) -> Iterator[Block]:
        deeper = self._lists.opened(element, inside)
        for child in element:
            if child.tag == "list-item":
                self._lists.begin(child, deeper)
                yield from self.blocks(child, deeper)
                deeper.is_open = False
            elif child.tag == "list-header":
                yield from self.blocks(child, deeper)

    def _numbered_paragraph(self, element: Element) -> Iterator[Block]:
        own = self._lists.of_numbered(element)
        self._lists.begin(element, own)
        yield from self.blocks(element, own)

    def _paragraph(self, paragraph: Element, inside: OpenList | None) -> Iterator[Block]:
        if any(field.get("is-hidden") == "true" for field in paragraph.iter("hidden-paragraph")):
            self.unread.leave_unseen(" ".join(paragraph.itertext()))
        elif self._styles.is_title(paragraph.get("style-name", "")):
            yield from self._with_notes(paragraph, _TITLE_LEVEL)
        elif inside is None:
            yield from self._with_notes(paragraph, None)
        else:
            item, *notes = self._with_notes(paragraph, None)
            has_text = item.text.strip()
            yield Block(f"{self._lists.mark(inside)}{has_text}", kin="item") if has_text else item
            yield from notes

    def _with_notes(self, paragraph: Element, level: int | None) -> Iterator[Block]:
        name = paragraph.get("style-name", "")
        outer, self._ground = self._ground, self._styles.ground("paragraph", name, self._ground)
        properties = self._styles.properties("paragraph", name)
        pieces = list(self._inline(paragraph, properties))
        self._ground = outer
        yield Block(_spaced(joined(pieces)).lstrip(" "), level)
        yield from self._beside()

    def _beside(self) -> Iterator[Block]:
        """The notes and boxes that the last paragraph refers to."""
        after, self._after = self._after, []
        for mark, content in after:
            for block in content if isinstance(content, list) else self.blocks(content):
                yield replace(block, text=mark + block.text, level=None)
                mark = ""

    def _inline(self, element: Element, properties: dict[str, str]) -> Iterator[Piece]:
        """White space in the XML counts as one space: what means more has an element of its own."""
        look = look_of(properties, self._ground)
        yield from self._seen(_collapsed(element.text), look)
        for child in element:
            yield from self._inline_element(child, properties, look)
            yield from self._seen(_collapsed(child.tail), look)

    def _seen(self, text: str, look: Look) -> Iterator[Piece]:
        if look.unseen:
            self.unread.leave_unseen(text)
        elif text:
            text = shown(text, look.font) if look.font else text
            yield text if look.rise else emphasised(text, look.styles), look.rise

    def _inline_element(self, child: Element, properties: dict[str, str], look: Look) -> Iterator[Piece]:
        tag = child.tag
        if tag == "s":
            count = child.get("c", "1")
            spaces = int(count) if count.isascii() and count.isdigit() and len(count) < 6 else 1
            yield " " * min(spaces, _MAX_SPACES), look.rise
        elif tag in {"tab", "line-break"}:
            yield ("\t" if tag == "tab" else "\n"), look.rise
        elif tag == "note":
            yield from self._refer(child)
        elif tag == "frame":
            yield from self._frame(child)
        elif tag in _SHAPES:
            self._after.append(("", child))
        elif tag == "control":
            answer = self._controls.text(child.get("control", ""))
            yield f" {answer} " if answer else "", Rise.NONE
        elif tag in _HIDDEN:
            yield from self._hidden(child, look)
        elif tag == "placeholder":
            self.unread.placeholders += 1
        elif tag == "span":
            own = self._styles.properties("text", child.get("style-name", ""))
            yield from self._inline(child, {**properties, **own})
        elif tag not in _UNSEEN:
            yield from self._inline(child, properties)

    def _hidden(self, element: Element, look: Look) -> Iterator[Piece]:
        text = element.get("string-value") or " ".join(element.itertext())
        yield from self._seen(text, look if element.get("is-hidden") == "false" else Look(unseen=True))

    def _frame(self, frame: Element) -> Iterator[Piece]:
        """A text box after the paragraph, a formula in its place, a chart after it; a picture is named."""
        for box in frame.findall("text-box"):
            self._after.append(("", box))
        shown_object = frame.find("object")
        if shown_object is not None:
            read = self._objects.read(shown_object)
            if isinstance(read, str):
                yield f"{_APART}{read}{_APART}", Rise.NONE
            elif read:
                self._after.append(("", read))
            else:
                self.unread.charts += 1
        elif frame.find("object-ole") is not None:
            self.unread.embedded += 1
        elif frame.find("image") is not None and frame.find("text-box") is None:
            self.unread.pictures += 1

    def _refer(self, note: Element) -> Iterator[Piece]:
        body = note.find("note-body")
        if body is not None:
            self._numbered += 1
            self._after.append((f"[{self._numbered}] ", body))
            yield emphasised(f"[{self._numbered}]", [Style.SUPER]), Rise.NONE

    def _table(self, table: Element) -> Iterator[Block]:
        for row in _rows(table):
            cells = [list(self._cell(cell)) for cell in row if cell.tag == "table-cell"]
            is_hidden = row.get("visibility") in {"collapse", "filter"}
            if is_hidden or self._styles.is_collapsed(row.get("style-name", "")):
                self.unread.leave_unseen(" ".join(block.text for cell in cells for block in cell))
            else:
                yield from table_row(cells)

    def _cell(self, cell: Element) -> Iterator[Block]:
        outer = self._ground
        self._ground = self._styles.ground("table-cell", cell.get("style-name", ""), outer)
        yield from self.blocks(cell)
        self._ground = outer


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == "table-row":
            yield child
        elif child.tag in {"table-header-rows", "table-row-group", "table-rows"}:
            yield from _rows(child)


def _spaced(text: str) -> str:
    """The text with formulas apart from the words beside them."""
    parts = text.split(_APART)
    spaced = parts[0]
    for part in parts[1:]:
        meets = spaced[-1:].isalnum() and part[:1].isalnum()
        spaced += f" {part}" if meets else part
    return spaced


def _collapsed(text: str | None) -> str:
    if not text:
        return ""
    return (
        (" " * text[0].isspace())
        + " ".join(text.split())
        + (" " * (text[-1].isspace() and not text.isspace()))
    )


def _level(heading: Element) -> int:
    level = heading.get("outline-level", "1")
    return min(max(int(level), 1), 9) if level.isascii() and level.isdigit() and len(level) < 4 else 1
