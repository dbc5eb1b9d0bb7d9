"""How many texts reach each level, as places in a drawing; the table beside it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from feedback.selectors.teaching.overview import Distribution

WIDTH, ROW, BAR, NUMBER = 420, 30, 18, 44  # units of the drawing, about a phone's pixels


@dataclass(frozen=True, slots=True)
class Bar:
    level: str
    number: int
    share: int  # percent of the texts
    y: int
    width: float
    writers: Sequence[str] = ()

    @property
    def text_x(self) -> float:
        return self.width + 8

    @property
    def text_y(self) -> int:
        return self.y + BAR - 4


@dataclass(frozen=True, slots=True)
class Bars:
    criterion: str
    texts: int
    bars: Sequence[Bar]
    width: int = WIDTH
    bar_height: int = BAR

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def bars_of(distribution: Distribution) -> Bars:
    most = max((number for _level, number in distribution.levels), default=0) or 1
    unit = (WIDTH - NUMBER) / most
    bars = [
        Bar(
            level or _("No level suggested"), number, round(100 * number / (distribution.texts or 1)),
            row * ROW + (ROW - BAR) // 2,
            round(number * unit, 1), distribution.writers.get(level, ()),
        )
        for row, (level, number) in enumerate(distribution.levels)
    ]  # fmt: skip
    return Bars(distribution.criterion, distribution.texts, bars)
