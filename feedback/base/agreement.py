"""Two people's levels beside one another: agreement and bias, and the line that mends the bias.

Levels are numbers from 1, the weakest. What the line is worth is measured on papers that it did not see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import correlation, linear_regression, mean

FEWEST, MOST = 6, 12  # papers of a criterion
_FARTHEST = 0.75  # of a level, on average: beyond it a level says nothing
_LEAST = 0.5  # correlation below which no line helps
_SLOPES = (0.5, 2.0)  # what six papers can show; a steeper line follows chance

Pairs = Sequence[tuple[int, int]]  # a teacher's level and a provider's, of each paper


@dataclass(frozen=True, slots=True)
class Line:
    """A linear correction of one criterion's levels."""

    offset: float = 0.0
    slope: float = 1.0

    def __call__(self, level: int, highest: int) -> int:
        return min(highest, max(1, round(self.offset + self.slope * level)))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a provider's levels of one criterion stand to the teacher's, before and after."""

    papers: int
    agreement: float  # the share of papers with the same level
    bias: float  # in levels; above 0: the provider is kinder
    held_out_agreement: float  # after correction, on papers that the line was not fitted to
    held_out_bias: float
    line: Line | None  # None: agreement is poor, and levels are better withheld


def fitted(pairs: Pairs) -> Line:
    """The line from a provider's levels to the teacher's; a shift alone where the slope can't be told."""
    teacher, provider = [a for a, _ in pairs], [b for _, b in pairs]
    if len(set(provider)) == 1:
        return Line(mean(teacher) - mean(provider))
    slope = min(_SLOPES[1], max(_SLOPES[0], linear_regression(provider, teacher).slope))
    return Line(mean(teacher) - slope * mean(provider), slope)


def agreement_of(pairs: Pairs, highest: int) -> Agreement:
    """Of at least two papers."""
    held_out = [
        (teacher, fitted([*pairs[:index], *pairs[index + 1 :]])(provider, highest))
        for index, (teacher, provider) in enumerate(pairs)
    ]
    line: Line | None = fitted(pairs)
    if _error(held_out) >= _error(pairs):
        line, held_out = Line(), list(pairs)
    if _error(held_out) > _FARTHEST or _correlation(pairs) < _LEAST:
        line = None
    return Agreement(len(pairs), _same(pairs), _bias(pairs), _same(held_out), _bias(held_out), line)


def _same(pairs: Pairs) -> float:
    return mean(teacher == other for teacher, other in pairs)


def _bias(pairs: Pairs) -> float:
    return mean(other - teacher for teacher, other in pairs)


def _error(pairs: Pairs) -> float:
    return mean(abs(other - teacher) for teacher, other in pairs)


def _correlation(pairs: Pairs) -> float:
    teacher, provider = [a for a, _ in pairs], [b for _, b in pairs]
    if len(set(teacher)) == 1 or len(set(provider)) == 1:
        return 0.0
    return correlation(teacher, provider)
