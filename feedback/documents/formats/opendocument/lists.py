"""The lists of an OpenDocument text: how far each has counted, and the mark of an item."""

from __future__ import annotations

from dataclasses import dataclass

from feedback.documents.formats.safe_xml import Element

from .styles import Styles, marker

_DEEPEST = 8  # levels that are written indented
_MOST_LEVELS = 10  # OpenDocument's own


@dataclass(slots=True)
class OpenList:
    """The list that is being read: its style and how far each of its levels has counted."""

    style: str
    counts: dict[int, int]
    depth: int = 0
    is_open: bool = False  # an item was begun and has not got its text yet


class Lists:
    """All lists of one document: one may go on with an earlier one."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._counted: dict[str, dict[int, int]] = {}  # by style and by name

    def opened(self, element: Element, inside: OpenList | None) -> OpenList:
        """The list that an element begins, perhaps inside another."""
        style = element.get("style-name") or (inside.style if inside else "")
        if inside is not None:
            return OpenList(style, inside.counts, inside.depth + 1)
        earlier = element.get("continue-list") or (
            style if element.get("continue-numbering") == "true" else ""
        )
        counts = self._counted.get(earlier, {})
        self._counted[style] = counts
        if name := element.get("id"):
            self._counted[name] = counts
        return OpenList(style, counts)

    def of_numbered(self, paragraph: Element) -> OpenList:
        """The list of a paragraph that is numbered by itself: of its name, at its level."""
        name = paragraph.get("list-id", "") or paragraph.get("style-name", "")
        level = paragraph.get("level", "1")
        depth = int(level) - 1 if level.isascii() and level.isdigit() and len(level) < 3 else 0
        counts = self._counted.setdefault(name, {})
        return OpenList(paragraph.get("style-name", ""), counts, min(max(0, depth), _MOST_LEVELS - 1))

    def begin(self, item: Element, inside: OpenList) -> None:
        """Count one item more."""
        level = self._styles.level(inside.style, inside.depth)
        start = item.get("start-value", "")
        if start.isascii() and start.isdigit() and len(start) < 6:
            inside.counts.pop(inside.depth, None)
            count(inside.counts, inside.depth, int(start))
        else:
            count(inside.counts, inside.depth, level.start if level else 1)
        inside.is_open = True

    def mark(self, inside: OpenList) -> str:
        """What stands before a paragraph of an item: its indent, and its mark before the first."""
        mark = "  "
        if inside.is_open:
            inside.is_open = False
            levels = {
                depth + 1: level
                for depth in range(inside.depth + 1)
                if (level := self._styles.level(inside.style, depth)) is not None
            }
            found = marker(levels, inside.counts, inside.depth)
            mark = f"{found} " if found else ""
        return f"{'  ' * min(inside.depth, _DEEPEST)}{mark}"


def count(counts: dict[int, int], depth: int, start: int) -> None:
    """Count one more at this depth; what is deeper starts again."""
    counts[depth] = counts[depth] + 1 if depth in counts else start
    for deeper in [each for each in counts if each > depth]:
        del counts[deeper]
