"""The abilities of a simulated model. What it can't do is refused field by field, as by the real services."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Feature(StrEnum):
    """A part of a request that a model may refuse; each is a field of Abilities."""

    TEMPERATURE = "temperature"
    TOP_P = "top_p"
    TOOLS = "tools"
    FORCED_TOOL = "forced_tool"  # toolChoice `any` or `tool`; `auto` is never forced
    STRICT = "strict"  # of a tool
    JSON_SCHEMA = "json_schema"  # outputConfig.textFormat, or response_format
    EFFORT = "effort"
    CACHE = "cache"
    CACHE_HOUR = "cache_hour"  # a cache point that lives for an hour
    OPTIMIZED = "optimized"  # performanceConfig.latency


class Counting(StrEnum):
    """The ids that CountTokens takes. Reports conflict on those of inference profiles."""

    NONE = "none"
    MODEL = "model"
    PROFILE = "profile"  # those as well


class Abilities(BaseModel):
    """All that a model can do, unless its settings take something away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: bool = True
    top_p: bool = True
    tools: bool = True
    forced_tool: bool = True
    strict: bool = True
    json_schema: bool = True
    effort: bool = True
    cache: bool = True
    cache_hour: bool = True
    optimized: bool = True
    on_demand: bool = True  # false: only through an inference profile
    tiers: frozenset[str] = frozenset({"default", "priority", "flex"})
    longest_answer: Annotated[int, Field(gt=0)] | None = None  # tokens; more is refused
    context: Annotated[int, Field(gt=0)] | None = None  # tokens of prompt and answer
    # Less is not cached (user guide, "Prompt caching": 1,024 for most Claude models, 4,096 for some).
    cache_minimum: Annotated[int, Field(ge=0)] = 1024
    counting: Counting = Counting.MODEL

    def has(self, feature: Feature) -> bool:
        return bool(getattr(self, feature.value))


def abilities_of(model: str, known: Mapping[str, Abilities]) -> Abilities:
    """The abilities of a model: by its id, else by the first pattern (`*opus-4-7*`) that fits it."""
    if model in known:
        return known[model]
    return next((able for pattern, able in known.items() if fnmatchcase(model, pattern)), Abilities())
