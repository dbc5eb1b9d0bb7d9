"""Word documents (.docx), read from their XML as Word shows them with all changes accepted.

Deleted and moved-away text, hidden text, field codes, comments and the table of contents are left out.
A note stands right after the paragraph that refers to it, since a claim and its source belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..blocks import Block, table_row
from .archive import Archive
from .docx_styles import Styles, is_on
from .safe_xml import Element

_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_UNSEEN = frozenset(
    {"del", "moveFrom", "delText", "instrText", "delInstrText", "pPr", "rPr", "rt", "Fallback", "sdtPr"}
)
_WRAPPERS = frozenset({"ins", "moveTo", "customXml", "smartTag", "sdtContent", "AlternateContent", "Choice"})


def read_docx(archive: Archive) -> Iterator[Block]:
    """The blocks of the document's body, in reading order."""
    styles = Styles(archive.xml(r"word/styles\d*\.xml"))
    notes = {
        f"{kind}Reference": _notes(archive.xml(rf"word/{kind}s\d*\.xml"), kind)
        for kind in ("footnote", "endnote")
    }
    document = archive.xml(r"word/document\d*\.xml")
    body = document.find("body") if document is not None else None
    yield from () if body is None else _Body(styles, notes).blocks(body)


def _notes(root: Element | None, kind: str) -> dict[str, Element]:
    """Notes by id. Those with a type are the lines that separate notes from text."""
    found = root.iter(kind) if root is not None else ()
    return {note.get("id", ""): note for note in found if note.get("type", "normal") == "normal"}


class _Body:
    """One walk over the body. Each note is given once, so nothing is multiplied by references."""

    def __init__(self, styles: Styles, notes: dict[str, dict[str, Element]]) -> None:
        self._styles = styles
        self._notes = notes
        self._numbered = 0
        self._carried = ""  # the text of a paragraph whose mark was deleted: the next one continues it
        self._after: list[tuple[str, Element]] = []  # notes and text boxes of the paragraph being read

    def blocks(self, container: Element) -> Iterator[Block]:
        for child in container:
            if child.tag == "p":
                yield from self._paragraph(child)
            elif child.tag == "tbl":
                yield from self._table(child)
            elif child.tag in _WRAPPERS or (child.tag == "sdt" and not _is_contents(child)):
                yield from self.blocks(child)

    def _paragraph(self, paragraph: Element) -> Iterator[Block]:
        properties = paragraph.find("pPr")
        style = self._styles.of(properties)
        if style.contents:
            return
        text = self._carried + "".join(self._inline(paragraph))
        self._carried = ""
        if _mark_is_deleted(properties):
            self._carried = text
        else:
            yield self._block(text, paragraph, properties)
        after, self._after = self._after, []
        for mark, element in after:
            for block in self.blocks(element):
                yield replace(block, text=mark + block.text, level=None)
                mark = ""

    def _block(self, text: str, paragraph: Element, properties: Element | None) -> Block:
        style = self._styles.of(properties)
        if style.level is not None:
            return Block(text, style.level)
        depth = self._styles.list_depth(properties)
        if depth is not None and text.strip():
            return Block(f"{'  ' * depth}- {text.strip()}", kin="item")
        return Block(text, emphatic=style.bold or _is_all_bold(paragraph))

    def _inline(self, element: Element) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if tag == "t":
                yield child.text or ""
            elif tag in _BREAKS:
                yield _BREAKS[tag]
            elif tag in self._notes:
                yield self._refer(tag, child.get("id", ""))
            elif tag == "txbxContent":
                self._after.append(("", child))
            elif tag not in _UNSEEN and not (tag == "r" and _is_hidden(child)):
                yield from self._inline(child)

    def _refer(self, kind: str, key: str) -> str:
        note = self._notes[kind].pop(key, None)
        if note is None:
            return ""
        self._numbered += 1
        self._after.append((f"[{self._numbered}] ", note))
        return f"[{self._numbered}]"

    def _table(self, table: Element) -> Iterator[Block]:
        for row in _rows(table):
            properties = row.find("trPr")
            if properties is not None and properties.find("del") is not None:
                continue
            yield from table_row([list(self.blocks(cell)) for cell in _cells(row)])


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag == "sdt" or child.tag in _WRAPPERS:
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == "tc":
            yield child
        elif child.tag == "sdt" or child.tag in _WRAPPERS:
            yield from _cells(child)


def _is_contents(control: Element) -> bool:
    gallery = control.find("sdtPr/docPartObj/docPartGallery")
    return gallery is not None and gallery.get("val") == "Table of Contents"


def _mark_is_deleted(properties: Element | None) -> bool:
    mark = properties.find("rPr") if properties is not None else None
    return mark is not None and (mark.find("del") is not None or mark.find("moveFrom") is not None)


def _is_hidden(run: Element) -> bool:
    return is_on(run.find("rPr/vanish"))


def _is_all_bold(paragraph: Element) -> bool:
    runs = [run for run in paragraph.iter("r") if any((text.text or "").strip() for text in run.iter("t"))]
    return bool(runs) and all(is_on(run.find("rPr/b")) for run in runs)
