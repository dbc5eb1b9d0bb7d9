"""The prompt of a request: what decides its answer and its cost, whichever API it came by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any

from .abilities import Feature

Schema = dict[str, Any]

FIVE_MINUTES, HOUR = 300.0, 3600.0  # simulated seconds that a marked prompt lives in the cache


class Form(StrEnum):
    TEXT = "text"
    TOOL = "tool"
    JSON = "json"  # by a JSON schema of its own, or just any object


@dataclass(frozen=True, slots=True)
class Target:
    """The form that an answer shall have."""

    form: Form = Form.TEXT
    tool: str = ""
    schema: Schema | None = None


@dataclass(frozen=True, slots=True)
class CachePoint:
    prefix: str  # all that stands before it
    lifetime: float = FIVE_MINUTES

    @property
    def key(self) -> bytes:
        return sha256(self.prefix.encode()).digest()


@dataclass(frozen=True, slots=True)
class Guardrail:
    identifier: str
    traced: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    user_text: str
    whole: str
    target: Target = Target()
    max_tokens: int | None = None
    features: frozenset[Feature] = frozenset()
    cache_points: tuple[CachePoint, ...] = ()
    stops: tuple[str, ...] = ()
    tier: str | None = None
    latency: str | None = None
    guardrail: Guardrail | None = None

    def without_text(self) -> Prompt:
        """What a call still needs once its answer is written; hundreds of them would keep much text."""
        return replace(self, user_text="", whole="", target=Target(), cache_points=())


def described_schema(text: str) -> Schema | None:
    """The JSON schema of an object that a text carries, as prompts do that ask for JSON in plain words."""
    if '"properties"' not in text:
        return None
    return next((found for found in _objects(text) if "properties" in found), None)


def _objects(text: str) -> Iterator[Schema]:
    decoder = json.JSONDecoder()
    at = text.find("{")
    while at >= 0:
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        if isinstance(found, dict):
            yield found
        at = text.find("{", end)
