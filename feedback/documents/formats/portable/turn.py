"""The turn of a page by which most of its text runs from left to right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from .page import Answer, Shape, TextRun

_TURNS = (0, 90, 180, 270)


@dataclass(frozen=True, slots=True)
class Turn:
    """A quarter turn that brings most of a page's text upright."""

    degrees: int
    box: tuple[float, float, float, float]

    @staticmethod
    def of(runs: list[TextRun], box: tuple[float, float, float, float]) -> Turn:
        angles: Counter[int] = Counter()
        for run in runs:
            angles[run.angle] += len(run.text)
        usual = angles.most_common(1)[0][0] if angles else 0
        return Turn(usual if usual in _TURNS else 0, box)

    @property
    def size(self) -> tuple[float, float]:
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return (width, height) if self.degrees % 180 == 0 else (height, width)

    def point(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self.box
        if self.degrees == 90:
            return y - bottom, right - x
        if self.degrees == 180:
            return right - x, top - y
        if self.degrees == 270:
            return top - y, x - left
        return x - left, y - bottom

    @property
    def is_none(self) -> bool:
        return self.degrees == 0 and self.box[:2] == (0.0, 0.0)

    def turn(self, run: TextRun) -> TextRun:
        """The run, turned in place."""
        if not self.is_none:
            end = self.point(run.x, run.right) if run.angle in {90, 270} else self.point(run.right, run.y)
            run.x, run.y = self.point(run.x, run.y)
            run.right = max(run.x, end[0])
            run.angle = (run.angle - self.degrees) % 360
        return run

    def shape(self, shape: Shape) -> Shape:
        one, other = self.point(shape.left, shape.bottom), self.point(shape.right, shape.top)
        return replace(
            shape,
            left=min(one[0], other[0]), right=max(one[0], other[0]),
            bottom=min(one[1], other[1]), top=max(one[1], other[1]),
        )  # fmt: skip

    def answer(self, answer: Answer) -> Answer:
        x, y = self.point(answer.x, answer.y)
        return replace(answer, x=x, y=y)
