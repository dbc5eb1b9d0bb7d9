"""The body of an InvokeModel request to a model of Anthropic's: their Messages API, with a version in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from feedback.development.simulator.account.modelled import ErrorName, ServiceError
from feedback.development.simulator.writing.abilities import Feature
from feedback.development.simulator.writing.prompt import CachePoint, Form, Prompt, Schema, Target

from .request import Block, flatten, refused_value


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Turn(_Loose):
    role: Literal["user", "assistant"]
    content: str | list[Block]

    @property
    def blocks(self) -> list[Block]:
        return [{"type": "text", "text": self.content}] if isinstance(self.content, str) else self.content


class Tool(_Loose):
    name: str
    description: str = ""
    input_schema: Schema = {}
    strict: bool = False
    cache_control: Block | None = None


class ToolChoice(_Loose):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None


class MessagesRequest(_Loose):
    anthropic_version: str
    max_tokens: int = Field(ge=1)
    messages: list[Turn] = Field(min_length=1)
    system: str | list[Block] = []
    temperature: float | None = Field(default=None, ge=0, le=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    stop_sequences: list[str] = []
    tools: list[Tool] = []
    tool_choice: ToolChoice | None = None
    output_config: dict[str, Any] = {}
    output_format: dict[str, Any] | None = None  # its name before output_config had a format


def read_messages(body: bytes) -> Prompt:
    """Raises ServiceError."""
    try:
        parsed = MessagesRequest.model_validate_json(body)
    except ValidationError as error:
        raise refused_value(error) from None
    points, whole = flatten(_marked(parsed))
    return Prompt(
        user_text=_user_text(parsed),
        whole=whole,
        target=_target(parsed),
        max_tokens=parsed.max_tokens,
        features=frozenset(_features(parsed, points)),
        cache_points=points,
        stops=tuple(parsed.stop_sequences),
    )


def _user_text(body: MessagesRequest) -> str:
    users = (turn for turn in body.messages if turn.role == "user")
    return "\n".join(str(b["text"]) for turn in users for b in turn.blocks if b.get("type") == "text")


def _marked(body: MessagesRequest) -> Iterable[Block]:
    """Tools, system and messages; a mark on a block becomes a cache point behind it, as in Converse."""
    system = [{"text": body.system}] if isinstance(body.system, str) else body.system
    tools = (tool.model_dump(exclude_none=True) for tool in body.tools)
    for block in [*tools, *system, *(b for turn in body.messages for b in turn.blocks)]:
        mark = block.get("cache_control")
        yield {name: value for name, value in block.items() if name != "cache_control"}
        if mark is not None:
            yield {"cachePoint": {"type": "default", "ttl": mark.get("ttl", "5m")}}


def _features(body: MessagesRequest, points: tuple[CachePoint, ...]) -> Iterable[Feature]:
    asked = {
        Feature.TEMPERATURE: body.temperature is not None,
        Feature.TOP_P: body.top_p is not None,
        Feature.TOOLS: bool(body.tools),
        Feature.FORCED_TOOL: _forced(body),
        Feature.STRICT: any(tool.strict for tool in body.tools),
        Feature.JSON_SCHEMA: _format(body) is not None,
        Feature.EFFORT: "effort" in body.output_config,
        Feature.CACHE: bool(points),
        Feature.CACHE_HOUR: any(point.lifetime > 300 for point in points),
    }
    return (feature for feature, wanted in asked.items() if wanted)


def _forced(body: MessagesRequest) -> bool:
    return body.tool_choice is not None and body.tool_choice.type in ("any", "tool")


def _format(body: MessagesRequest) -> dict[str, Any] | None:
    return body.output_config.get("format", body.output_format)


def _target(body: MessagesRequest) -> Target:
    if (wanted := _format(body)) is not None:
        return Target(Form.JSON, schema=wanted.get("schema", {}))
    choice = body.tool_choice
    results = any(block.get("type") == "tool_result" for block in body.messages[-1].blocks)
    if not body.tools or (choice and choice.type == "none") or (results and not _forced(body)):
        return Target()
    named = next((tool for tool in body.tools if choice and tool.name == choice.name), None)
    if choice and choice.type == "tool" and named is None:
        raise ServiceError(ErrorName.VALIDATION, f"Tool '{choice.name}' not found in provided tools")
    text = _user_text(body)
    tool = named or next((tool for tool in body.tools if tool.name in text), body.tools[0])
    return Target(Form.TOOL, tool.name, tool.input_schema)
