"""Bullets of a list that a page draws as shapes, as browsers do: no letter says that they are there."""

from __future__ import annotations

from collections.abc import Sequence

from .lines import Line
from .page import Shape

_MARK = "• "
_LEAST, _MOST = 0.12, 0.6  # of a line's size
_DRAWING = 300  # shapes of a page that are as wide as high: points of a chart
_ROUND = 0.25  # a bullet is about as wide as it is high
_FARTHEST = 2.5  # of a line's size, from the bullet to its text
_HIGHEST = 0.75  # of a line's size, above its baseline


def with_bullets(lines: Sequence[Line], shapes: Sequence[Shape]) -> list[Line]:
    """The lines, each with the bullet that is drawn before it."""
    small = [shape for shape in shapes if shape.colour is not None and _is_round(shape)]
    if len(small) > _DRAWING:
        return list(lines)
    return [
        line.opened_by(_MARK + line.text) if any(_is_before(shape, line) for shape in small) else line
        for line in lines
    ]


def _is_round(shape: Shape) -> bool:
    width, height = shape.right - shape.left, shape.top - shape.bottom
    return abs(width - height) <= _ROUND * max(width, height)


def _is_before(shape: Shape, line: Line) -> bool:
    height = shape.top - shape.bottom
    middle = (shape.top + shape.bottom) / 2
    return (
        _LEAST * line.size <= height <= _MOST * line.size
        and 0 < line.x - shape.right <= _FARTHEST * line.size
        and line.y < middle < line.y + _HIGHEST * line.size
    )
