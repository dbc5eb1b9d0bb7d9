"""The chance of what happens to a request: one draw for each, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from feedback.development.simulator.writing.dressing import Dress

from .modelled import ErrorName, StopReason, StreamErrorName
from .settings import Between, Latency, Malformed, SimulatorSettings
from .situations import Situation

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Pace:
    """The spread of one answer over time, in simulated seconds."""

    first_token: float
    per_token: float


@dataclass(frozen=True, slots=True)
class Fate:
    """The fate that was drawn for one request."""

    error: ErrorName | None
    stream_error: StreamErrorName | None
    malformed: Malformed | None
    situation: Situation | None
    stop_reason: StopReason | None  # in place of the one that comes by nature
    dress: Dress | None
    breaks_at: float  # share of the answer after which a stream that breaks does so
    _latency: random.Random

    def pace(self, settings: SimulatorSettings, output_tokens: int) -> Pace:
        return _pace(self._latency, settings.latency, settings.slow_factor, output_tokens)


def draw(settings: SimulatorSettings, number: int) -> Fate:
    """The fate of the request with this number."""
    chance = random.Random(f"{settings.seed}:{number}")  # noqa: S311 - to be repeated, not to be secret
    forms = random.Random(f"{settings.seed}:{number}:forms")  # noqa: S311 - likewise
    return Fate(
        error=_pick(chance, settings.errors),
        stream_error=_pick(chance, settings.stream_errors),
        malformed=_pick(chance, settings.malformed),
        situation=_pick(forms, settings.situations),
        stop_reason=_pick(forms, settings.stop_reasons),
        dress=_pick(forms, settings.dress),
        breaks_at=chance.uniform(0.2, 0.8),
        _latency=chance,
    )


def _pick(chance: random.Random, shares: Mapping[Kind, float]) -> Kind | None:
    point = chance.random()
    for kind, share in shares.items():
        if point < share:
            return kind
        point -= share
    return None


def _pace(chance: random.Random, latency: Latency, slow: float, output_tokens: int) -> Pace:
    tokens = max(output_tokens, 1)
    if latency.total is not None:
        total = _between(chance, latency.total) * slow
        first = total * 0.15  # about the share that reading the prompt has in a real call of this length
        return Pace(first, (total - first) / tokens)
    first = _between(chance, latency.first_token) * slow
    return Pace(first, _between(chance, latency.per_output_token) * slow)


def _between(chance: random.Random, bounds: Between) -> float:
    return chance.uniform(bounds.low, bounds.high)
