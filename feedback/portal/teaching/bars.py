"""How many texts reach each level: a row for each level, with its bar and the names of the writers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from feedback.selectors.teaching.overview import Distribution

FEW = 6  # names that stand beside the bar at once; more are folded


@dataclass(frozen=True, slots=True)
class Bar:
    level: str
    number: int
    share: int  # percent of the texts
    width: int  # percent of the longest bar
    writers: Sequence[str] = ()

    @property
    def is_short(self) -> bool:
        return len(self.writers) <= FEW


@dataclass(frozen=True, slots=True)
class Bars:
    criterion: str
    texts: int
    bars: Sequence[Bar]


def bars_of(distribution: Distribution) -> Bars:
    most = max((number for _level, number in distribution.levels), default=0) or 1
    bars = [
        Bar(
            level or _("No level suggested"),
            number,
            round(100 * number / (distribution.texts or 1)),
            round(100 * number / most),
            distribution.writers.get(level, ()),
        )
        for level, number in distribution.levels
    ]
    return Bars(distribution.criterion, distribution.texts, bars)
