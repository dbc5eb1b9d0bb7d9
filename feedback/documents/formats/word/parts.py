"""Parts of a Word document beside its text: diagrams (SmartArt), charts, whole files."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest

from feedback.documents.errors import DocumentError
from feedback.documents.formats.archive import Archive
from feedback.documents.formats.safe_xml import Element, parse_xml
from feedback.documents.structure.blocks import Block

_POINTS = frozenset({"node", "asst", "doc"})  # the others are lines between them, and looks
_MAX_DEPTH = 20
_MAX_ROWS = 200  # of a chart: more are measurements, not text
_FOLDER = "word"


class Parts:
    """The parts that the body names by their relationships."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        relations = archive.xml(rf"{_FOLDER}/_rels/document\d*\.xml\.rels")
        self._targets = {
            each.get("Id", ""): posixpath.normpath(posixpath.join(_FOLDER, each.get("Target", "")))
            for each in (relations if relations is not None else ())
            if each.get("TargetMode") != "External"
        }

    def read(self, key: str) -> bytes | None:
        """The bytes of a part; None where there is none of this name."""
        name = self._targets.get(key, "").replace("word//", "").lstrip("/")
        return self._archive.read(name) if name in self._archive.names else None

    def diagram(self, key: str) -> list[Block]:
        """The text of a diagram as a list; empty where there is none."""
        root = self._xml(key)
        return [] if root is None else list(_diagram(root))

    def chart(self, key: str) -> list[Block]:
        """The titles, names and values of a chart; empty where there are none."""
        root = self._xml(key)
        return [] if root is None else list(_chart(root))

    def _xml(self, key: str) -> Element | None:
        """A part that is broken is one that is not there: the text around it can be read all the same."""
        try:
            data = self.read(key)
            return None if data is None else parse_xml(data)
        except DocumentError:
            return None


def _diagram(root: Element) -> Iterator[Block]:
    points = {
        point.get("modelId", ""): point for point in root.iter("pt") if point.get("type", "node") in _POINTS
    }
    below: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for line in root.iter("cxn"):
        if line.get("type", "parOf") == "parOf":
            order = line.get("srcOrd", "0")
            below[line.get("srcId", "")].append(
                (int(order) if order.isdigit() else 0, line.get("destId", ""))
            )
    tops = [key for key, point in points.items() if point.get("type") == "doc"]
    visited: set[str] = set()
    for top in tops:
        yield from _under(top, 0, points, below, visited)
    for key, point in points.items():  # what no line leads to
        if key not in visited:
            yield from _item(point, 0)


def _under(
    key: str,
    depth: int,
    points: dict[str, Element],
    below: dict[str, list[tuple[int, str]]],
    visited: set[str],
) -> Iterator[Block]:
    """What hangs under a point of a diagram, in its order."""
    visited.add(key)
    for _order, child in sorted(below[key]):
        if child in points and child not in visited and depth < _MAX_DEPTH:
            visited.add(child)
            yield from _item(points[child], depth)
            yield from _under(child, depth + 1, points, below, visited)


def _item(point: Element, depth: int) -> Iterator[Block]:
    if text := " ".join(filter(None, map(_letters, point.iter("p")))):
        yield Block(f"{'  ' * depth}- {text}", kin="item")


def _letters(element: Element) -> str:
    return "".join(text.text or "" for text in element.iter("t")).strip()


def _chart(root: Element) -> Iterator[Block]:
    for title in root.iter("title"):
        if text := " ".join(filter(None, map(_letters, title.iter("p")))):
            yield Block(text)
    series = list(root.iter("ser"))
    names = [" ".join(_values(each.find("tx"))) for each in series]
    if any(names):
        yield Block(" | ".join(filter(None, names)), kin="row")
    first = next((each for each in series), None)
    categories = [] if first is None else _values(first.find("cat"))
    columns = [_values(each.find("val")) for each in series]
    for row in list(zip_longest(categories, *columns, fillvalue=""))[:_MAX_ROWS]:
        if text := " | ".join(filter(None, row)):
            yield Block(text, kin="row")
    for names_of_later in root.iter("strDim"):  # treemaps, funnels
        yield from (Block(value.text, kin="row") for value in names_of_later.iter("pt") if value.text)


def _values(parent: Element | None) -> list[str]:
    return [] if parent is None else [(value.text or "").strip() for value in parent.iter("v")]
