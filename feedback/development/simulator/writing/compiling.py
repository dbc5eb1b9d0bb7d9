"""A schema that is new to a model is compiled first, and kept for a day (user guide, "Structured output")."""

from __future__ import annotations

import json

from feedback.development.simulator.account.clock import Clock

from .abilities import Feature
from .prompt import Prompt

KEPT = 86_400.0  # simulated seconds


class Compiled:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: dict[tuple[str, str], float] = {}

    def seconds(self, model: str, prompt: Prompt, each: float) -> float:
        """How much longer the first token takes: `each` for a schema that must be compiled."""
        if not each or not {Feature.STRICT, Feature.JSON_SCHEMA} & prompt.features:
            return 0.0
        now, key = self._clock.now(), (model, json.dumps(prompt.target.schema, sort_keys=True))
        known = now - self._at.get(key, -KEPT) < KEPT
        if not known:
            self._at[key] = now
        return 0.0 if known else each
