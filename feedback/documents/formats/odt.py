"""OpenDocument texts (.odt), read from their XML.

Deleted text of tracked changes, annotations, hidden text and the generated indexes are left out. A note
stands right after the paragraph that refers to it, as in Word documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..blocks import Block, table_row
from ..errors import Corrupt, Encrypted
from .archive import Archive
from .safe_xml import Element

_UNSEEN = frozenset({
    "tracked-changes", "annotation", "table-of-content", "alphabetical-index", "illustration-index",
    "table-index", "user-index", "sequence-decls", "forms", "hidden-text", "hidden-paragraph", "ruby-text",
})  # fmt: skip
_MAX_SPACES = 100  # of one element that stands for several
_TITLE_LEVEL = 1


def read_odt(archive: Archive) -> Iterator[Block]:
    """The blocks of the document's text, in reading order; raises Encrypted."""
    manifest = archive.xml(r"META-INF/manifest\.xml")
    if manifest is not None and any(True for _ in manifest.iter("encryption-data")):
        raise Encrypted
    content = archive.xml(r"content\.xml")
    text = content.find("body/text") if content is not None else None
    if content is None or text is None:
        raise Corrupt
    yield from _Text(_titles(content)).blocks(text)


def _titles(content: Element) -> frozenset[str]:
    """The names of automatic styles that are made from Title."""
    derived = (style for style in content.iter("style") if style.get("parent-style-name") == "Title")
    return frozenset({"Title", *(style.get("name", "") for style in derived)})


class _Text:
    def __init__(self, titles: frozenset[str]) -> None:
        self._titles = titles
        self._numbered = 0
        self._after: list[tuple[str, Element]] = []  # notes and text boxes of the paragraph being read

    def blocks(self, container: Element, depth: int = -1) -> Iterator[Block]:
        """The blocks inside a container; depth is that of the innermost list, from 0."""
        for child in container:
            tag = child.tag
            if tag in _UNSEEN:
                continue
            if tag == "h":
                yield from self._with_notes(child, _level(child))
            elif tag == "p":
                yield from self._paragraph(child, depth)
            elif tag == "list":
                yield from self.blocks(child, depth + 1)
            elif tag == "table-row":
                yield from self._row(child)
            else:
                yield from self.blocks(child, depth)

    def _paragraph(self, paragraph: Element, depth: int) -> Iterator[Block]:
        if paragraph.get("style-name") in self._titles:
            yield from self._with_notes(paragraph, _TITLE_LEVEL)
        elif depth < 0:
            yield from self._with_notes(paragraph, None)
        else:
            item, *notes = self._with_notes(paragraph, None)
            yield (
                Block(f"{'  ' * min(depth, 8)}- {item.text.strip()}", kin="item")
                if item.text.strip()
                else item
            )
            yield from notes

    def _with_notes(self, paragraph: Element, level: int | None) -> Iterator[Block]:
        yield Block("".join(self._inline(paragraph)), level)
        after, self._after = self._after, []
        for mark, element in after:
            for block in self.blocks(element):
                yield replace(block, text=mark + block.text, level=None)
                mark = ""

    def _inline(self, element: Element) -> Iterator[str]:
        """White space in the XML counts as one space: what means more has an element of its own."""
        yield _collapsed(element.text)
        for child in element:
            yield from self._inline_element(child)
            yield _collapsed(child.tail)

    def _inline_element(self, child: Element) -> Iterator[str]:
        if child.tag == "s":
            count = child.get("c", "1")
            yield " " * min(int(count) if count.isascii() and count.isdigit() else 1, _MAX_SPACES)
        elif child.tag == "tab":
            yield "\t"
        elif child.tag == "line-break":
            yield "\n"
        elif child.tag == "note":
            yield from self._refer(child)
        elif child.tag == "frame":
            self._after += [("", box) for box in child.findall("text-box")]
        elif child.tag == "custom-shape":
            self._after.append(("", child))
        elif child.tag not in _UNSEEN:
            yield from self._inline(child)

    def _refer(self, note: Element) -> Iterator[str]:
        body = note.find("note-body")
        if body is not None:
            self._numbered += 1
            self._after.append((f"[{self._numbered}] ", body))
            yield f"[{self._numbered}]"

    def _row(self, row: Element) -> Iterator[Block]:
        yield from table_row([list(self.blocks(cell)) for cell in row if cell.tag == "table-cell"])


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
