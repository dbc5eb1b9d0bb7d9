"""A request that the service has accepted, while it is being answered."""

from __future__ import annotations

from dataclasses import dataclass

from .answer import Answer
from .chance import Fate, Pace
from .quota import TokenCounts


@dataclass(slots=True)
class Call:
    model: str
    answer: Answer
    pace: Pace
    fate: Fate
    held: float  # tokens, against the quota
    input: TokenCounts
    began: float  # simulated
    written: int = 0  # tokens of the answer that were made so far

    @property
    def tokens(self) -> TokenCounts:
        """Input and output as they stand now."""
        counted = self.input
        return TokenCounts(counted.input, self.written, counted.cache_read, counted.cache_write)
