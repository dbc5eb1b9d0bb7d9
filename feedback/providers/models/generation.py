"""The settings of generation: what an upstream chose, within what its model takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple


class Way(StrEnum):
    """The ways to ask for a structured answer, in the order of preference."""

    STRICT_TOOL = "strict_tool"  # a tool with a schema that the service enforces
    TOOL = "tool"
    JSON_SCHEMA = "json_schema"  # an answer in text, by a schema that the service enforces
    TEXT = "text"  # an answer in text; the prompt shows the schema


@dataclass(frozen=True, slots=True)
class Generation:
    """The settings of one request's answer. None or empty: not named, the model's own default holds."""

    way: Way = Way.TOOL
    tool_choice: str = "tool"  # "tool" forces ours, "any" one of them; "auto": the model may answer in text
    temperature: float | None = 0.2  # 0 to 1
    top_p: float | None = None  # 0 to 1
    effort: str = ""  # of reasoning
    cache: str = ""  # how long the provider keeps what texts share: 5m or 1h; empty: not at all
    cache_minimum: int = 0  # tokens; a shorter prompt is not kept, so no mark is set
    tier: str = ""  # service tier: priority, flex, reserved; empty: the usual one
    guardrail: str = ""  # its id or ARN
    guardrail_version: str = ""
    latency: str = ""  # performanceConfig: optimized; empty: the usual one
    extra_fields: Mapping[str, Any] = field(default_factory=dict)  # sent as they are

    def without(self, setting: str) -> Generation:
        """The same with one setting learnt away (a code of LEARNABLE).

        Raises ValueError for one that is never left out by itself.
        """
        if setting not in LEARNABLE:
            raise ValueError(f"{setting} is never left out by itself.")
        if self.way not in LEARNABLE[setting].ways:
            return self
        changes: dict[str, Any] = dict(LEARNABLE[setting].changes)
        return replace(self, **changes)


class Lesson(NamedTuple):
    """A lesson of a refusal: what is asked instead, and the ways that have the refused setting."""

    changes: Mapping[str, Any]
    ways: Collection[Way] = tuple(Way)


_BY_TOOL = (Way.STRICT_TOOL, Way.TOOL)
# What a model's refusal may teach (fields of providers/errors.toml). Never a guardrail, the longest answer,
# the region or metadata: those are somebody's decisions, not a taste of the model.
LEARNABLE: Mapping[str, Lesson] = {
    "temperature": Lesson({"temperature": None}),
    "top_p": Lesson({"top_p": None}),
    "effort": Lesson({"effort": ""}),
    "tool_choice": Lesson({"tool_choice": "auto"}, _BY_TOOL),
    "strict": Lesson({"way": Way.TOOL}, (Way.STRICT_TOOL,)),
    "tools": Lesson({"way": Way.TEXT}, _BY_TOOL),
    "output_config": Lesson({"way": Way.TEXT}, (Way.JSON_SCHEMA,)),
    "cache_point": Lesson({"cache": ""}),
    "service_tier": Lesson({"tier": ""}),
}
