"""A request that the service has accepted, while it is being answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feedback.development.simulator.writing.answer import Answer
from feedback.development.simulator.writing.prompt import Prompt

from .chance import Fate, Pace
from .quota import Left, TokenCounts
from .settings import Malformed


@dataclass(slots=True)
class Call:
    model: str
    prompt: Prompt  # without its text
    answer: Answer
    pace: Pace
    fate: Fate
    reserved: float  # tokens, against the quota
    input: TokenCounts
    left: Mapping[str, Left]  # of the quota, once this call holds its part
    began: float  # simulated
    written: int = 0  # tokens of the answer that were made so far

    @property
    def tokens(self) -> TokenCounts:
        """Input and output as they stand now."""
        counted = self.input
        return TokenCounts(
            counted.input, self.written, counted.cache_read, counted.cache_write, counted.cache_write_hour
        )

    @property
    def has_usage(self) -> bool:
        return self.fate.malformed not in (Malformed.NO_USAGE, Malformed.NO_METADATA)
