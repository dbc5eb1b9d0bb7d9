"""Prompt caching: what was marked and seen within five minutes is read, anything else is written."""

from __future__ import annotations

from .clock import Clock
from .quota import TokenCounts
from .request import Prompt
from .tokens import count

LIFETIME = 300.0  # simulated seconds since the last use
SMALLEST = 1024  # tokens; less is not cached (user guide, "Prompt caching", for most Claude models)


class PromptCache:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._used: dict[tuple[str, bytes], float] = {}

    def count(self, model: str, prompt: Prompt) -> TokenCounts:
        """Count a prompt's tokens by how they are counted, and remember its marked part."""
        total, cached = count(prompt.whole), count(prompt.cached_part)
        if cached < SMALLEST:
            return TokenCounts(input=total)
        hit = self._touch((model, prompt.cache_key))
        return TokenCounts(
            input=total - cached, cache_read=cached if hit else 0, cache_write=0 if hit else cached
        )

    def _touch(self, key: tuple[str, bytes]) -> bool:
        now = self._clock.now()
        self._used = {known: at for known, at in self._used.items() if now - at < LIFETIME}
        hit = key in self._used
        self._used[key] = now
        return hit
