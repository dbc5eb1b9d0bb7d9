"""Bars over drafts, as places in a drawing: the template draws them, and a table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.providers.base import CommentKind
from feedback.selectors.intake.revisions import DraftFigures

WIDTH, ROW, BAR, LABEL, TOTAL = 420, 40, 26, 62, 36  # units of the drawing, about a phone's pixels
LEAST_FOR_A_NUMBER = 15  # width of a segment that its number fits in


@dataclass(frozen=True, slots=True)
class Segment:
    kind: str
    number: int
    x: float
    width: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def has_room(self) -> bool:
        return self.width >= LEAST_FOR_A_NUMBER


@dataclass(frozen=True, slots=True)
class Bar:
    revision: int
    words: int
    y: int
    end: float
    total: int
    segments: Sequence[Segment]

    @property
    def text_y(self) -> int:
        return self.y + BAR // 2 + 5


@dataclass(frozen=True, slots=True)
class Chart:
    bars: Sequence[Bar]
    kinds: Sequence[str]  # that occur, in one order everywhere
    width: int = WIDTH
    bar_height: int = BAR

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def comments_chart(drafts: Sequence[DraftFigures]) -> Chart:
    """How many comments of each kind each draft has."""
    kinds = [str(kind) for kind in CommentKind if any(each.comments.get(kind) for each in drafts)]
    most = max((sum(each.comments.values()) for each in drafts), default=0) or 1
    unit = (WIDTH - LABEL - TOTAL) / most
    return Chart([_bar(row, each, kinds, unit) for row, each in enumerate(drafts)], kinds)


def _bar(row: int, draft: DraftFigures, kinds: Sequence[str], unit: float) -> Bar:
    at, segments = float(LABEL), []
    for kind in kinds:
        if number := draft.comments.get(kind, 0):
            segments.append(Segment(kind, number, round(at, 1), round(number * unit, 1)))
            at += number * unit
    return Bar(
        revision=draft.document.revision,
        words=draft.words,
        y=row * ROW + (ROW - BAR) // 2,
        end=round(at + 10, 1),
        total=sum(draft.comments.values()),
        segments=segments,
    )
