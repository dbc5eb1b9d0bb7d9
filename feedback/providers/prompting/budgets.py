"""Budgets of answers: the tokens that a call may write, by the kind of its section.

Bedrock holds the whole of max_tokens from the start of a call, so every token asked for and not
written is quota that goes unused. The model's own maximum is never a sensible value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..base import Request, SummaryRequest


class Kind(StrEnum):
    """The kinds of sections that an answer's length depends on."""

    SHORT = "short"  # under 150 words
    MEDIUM = "medium"  # under 600 words
    LONG = "long"
    SUMMARY = "summary"  # a whole document


SHORT_WORDS = 150
MEDIUM_WORDS = 600


def kind_of(request: Request) -> Kind:
    if isinstance(request, SummaryRequest):
        return Kind.SUMMARY
    words = len(request.text.split())
    if words < SHORT_WORDS:
        return Kind.SHORT
    return Kind.MEDIUM if words < MEDIUM_WORDS else Kind.LONG


def class_of(request: Request) -> str:
    """What an answer's length goes by, as one word to learn under: kind, and whether a rubric adds to it."""
    return f"{kind_of(request).value}{'+rubric' if request.task.criteria else ''}"


GROWTH = 4  # how many times as much a cut-off answer may ask for in the end


@dataclass(frozen=True, slots=True)
class OutputBudgets:
    """max_tokens for each kind while nothing is learnt, and what each rubric criterion adds to it."""

    short: int = 1200
    medium: int = 2400
    long: int = 4000
    summary: int = 3000
    per_criterion: int = 160
    thinking: int = 0  # what a model that thinks before it writes may spend on that
    ceiling: int | None = None  # whatever the kind, never more

    def max_tokens(self, request: Request) -> int:
        base: int = getattr(self, kind_of(request).value)
        wanted = base + self.per_criterion * len(request.task.criteria) + self.thinking
        return self._bounded(wanted)

    def most(self, request: Request) -> int:
        """What a call may ask for after its answer was cut off."""
        return self._bounded(GROWTH * self.max_tokens(request))

    def _bounded(self, wanted: int) -> int:
        return wanted if self.ceiling is None else min(wanted, self.ceiling)
