"""Prompt caching: what was marked and seen within its lifetime is read, anything else is written."""

from __future__ import annotations

from feedback.development.simulator.writing.abilities import Abilities
from feedback.development.simulator.writing.prompt import HOUR, CachePoint, Prompt
from feedback.development.simulator.writing.tokens import count

from .clock import Clock
from .quota import TokenCounts


class PromptCache:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[tuple[str, bytes], float] = {}

    def count(self, model: str, prompt: Prompt, abilities: Abilities) -> TokenCounts:
        """Count a prompt's tokens by how they are counted, and remember its marked parts.

        As the service does, the longest marked part that is known is read; what further marks add to it
        is written, each for its own lifetime.
        """
        read = written = hour = 0
        now = self._clock.now()
        self._until = {key: until for key, until in self._until.items() if until > now}
        for point in prompt.cache_points:
            size = count(point.prefix)
            if size < abilities.cache_minimum:
                continue
            if self._touch((model, point.key), point, now):
                read, written, hour = size, 0, 0
            else:
                added = size - read - written
                written += added
                hour += added if point.lifetime == HOUR else 0
        total = count(prompt.whole)
        return TokenCounts(total - read - written, 0, read, written, hour)

    def _touch(self, key: tuple[str, bytes], point: CachePoint, now: float) -> bool:
        hit = key in self._until
        self._until[key] = now + point.lifetime
        return hit
