"""Objects inside an OpenDocument text: formulas and charts, each a document of its own in the archive."""

from __future__ import annotations

import posixpath

from feedback.documents.errors import DocumentError
from feedback.documents.formats.archive import Archive
from feedback.documents.formats.mathml import formula
from feedback.documents.formats.safe_xml import Element, parse_xml
from feedback.documents.structure.blocks import Block, table_row

_MAX_ROWS = 200  # of a chart: more are measurements, not text


class Objects:
    """The objects of one archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def read(self, element: Element) -> str | list[Block] | None:
        """A formula as text, a chart as blocks, None for what is neither."""
        root = element.find("math")
        if root is None:
            root = self._content(element.get("href", ""))
        if root is None:
            return None
        if root.tag == "math":
            return formula(root)
        chart = root.find("body/chart")
        return None if chart is None else _chart(chart)

    def _content(self, reference: str) -> Element | None:
        name = posixpath.normpath(f"{reference}/content.xml")
        if name not in self._archive.names:
            return None
        try:
            return parse_xml(self._archive.read(name))
        except DocumentError:  # the text around a broken object can be read all the same
            return None


def _chart(chart: Element) -> list[Block]:
    titles = (
        " ".join("".join(text.itertext()).strip() for text in title.iter("p"))
        for tag in ("title", "subtitle")
        for title in chart.iter(tag)
    )
    blocks = [Block(title) for title in titles if title.strip()]
    for row in list(chart.iter("table-row"))[:_MAX_ROWS]:
        cells = [[Block("".join(text.itertext()))] for text in row.iter("p")]
        blocks += table_row(cells)
    return blocks
