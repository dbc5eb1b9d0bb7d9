"""How a model is asked: what its upstream chose, within what the model takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Way(StrEnum):
    """How a structured answer is asked for, in the order of preference."""

    STRICT_TOOL = "strict_tool"  # a tool whose schema the service enforces
    TOOL = "tool"
    JSON_SCHEMA = "json_schema"  # an answer in text whose schema the service enforces
    TEXT = "text"  # an answer in text; the prompt shows the schema


@dataclass(frozen=True, slots=True)
class Generation:
    """The settings of one request's answer. None or empty: not named, the model's own default holds."""

    way: Way = Way.TOOL
    force_tool: bool = True  # False: the model may choose to answer in text
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
        if setting == "strict" and self.way is not Way.STRICT_TOOL:
            return self
        changes: dict[str, Any] = LEARNABLE[setting]
        return replace(self, **changes)


# What a model's refusal may teach, and what is asked after it. Never a guardrail, the longest answer, the
# region or metadata: those are somebody's decisions, not a taste of the model.
LEARNABLE: dict[str, dict[str, Any]] = {
    "temperature": {"temperature": None},
    "top_p": {"top_p": None},
    "forced_tool": {"force_tool": False},
    "strict": {"way": Way.TOOL},
    "json_schema": {"way": Way.TEXT},
    "effort": {"effort": ""},
    "cache": {"cache": ""},
    "tier": {"tier": ""},
}
