"""The furniture of a PDF's pages, which is not of its text: running heads, page numbers, contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from .lines import LARGER, WIDER_GAP, Body, Line, measure

_PAGE_NUMBER = re.compile(
    r"[-–—\[(|\s]*(?:page|seite|p\.|página)?\s*(?:\d{1,4}|[ivxl]{1,7})\s*(?:(?:of|von|de|sur|/)\s*\d{1,4})?[-–—\])|\s]*",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"(?:\s?[.…·]){5,}\s*(?:(\d{1,4})|[ivxl]{1,7})$")  # a leader and a page
_NUMBERED_AHEAD = 20  # pages before the file's first that its numbers may count
_IN_ORDER = 0.8  # of the entries of a table of contents: a list of figures begins anew
_EDGE_LINES = 2  # at the top and at the bottom of a page, where running heads and numbers stand


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """The lines that are no running head, running foot, page number or entry of the table of contents."""
    body = measure([line for page in pages for line in page])
    edges = [_edges(page, body) for page in pages]
    seen = Counter(key for edge in edges for key in {_key(line) for line in edge})
    repeated = {key for key, count in seen.items() if len(pages) > 1 and count >= min(3, len(pages))}

    def is_furniture(line: Line) -> bool:
        if _PAGE_NUMBER.fullmatch(line.text):
            return True
        return _key(line) in repeated and line.size < body.size * LARGER  # the title itself is larger

    has_contents = _leads_to_pages([line.text for page in pages for line in page], len(pages))
    return [
        line
        for page, edge in zip(pages, edges, strict=True)
        for line in page
        if not (line in edge and is_furniture(line)) and not (has_contents and _CONTENTS.search(line.text))
    ]


def _leads_to_pages(lines: Sequence[str], pages: int) -> bool:
    """Whether the numbers behind leaders are those of pages: they rise, and the document has so many.

    A list of prices, a form and a table of results have leaders, too, and are text.
    """
    numbers = [int(found[1]) for line in lines if (found := _CONTENTS.search(line)) and found[1]]
    in_order = sum(first <= second for first, second in pairwise(numbers))
    return in_order >= _IN_ORDER * (len(numbers) - 1) and max(numbers, default=0) <= pages + _NUMBERED_AHEAD


def _edges(page: Sequence[Line], body: Body) -> set[Line]:
    """The lines at the top and the bottom that stand apart from the text, or in another size."""
    heights = sorted({round(line.y) for line in page})
    gap = max(body.gap, body.size) * WIDER_GAP
    apart = {*_outer(heights, gap), *_outer(heights[::-1], gap)}
    outermost = {*heights[:_EDGE_LINES], *heights[-_EDGE_LINES:]}
    return {
        line
        for line in page
        if round(line.y) in apart or (round(line.y) in outermost and line.size != body.size)
    }


def _outer(heights: Sequence[int], gap: float) -> Sequence[int]:
    """The first heights, from the edge inwards, up to the last gap among them."""
    for count in range(min(_EDGE_LINES, len(heights)), 0, -1):
        if count == len(heights) or abs(heights[count - 1] - heights[count]) > gap:
            return heights[:count]
    return []


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.lower())
