"""A Converse request as the service understands it, and what it refuses about one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .modelled import ErrorName, ServiceError

Block = dict[str, object]


class _Loose(BaseModel):
    """Fields that the simulator doesn't use pass unread."""

    model_config = ConfigDict(extra="ignore")


class Message(_Loose):
    role: str = Field(pattern="^(user|assistant)$")
    content: list[Block] = Field(min_length=1)


class _Inference(_Loose):
    maxTokens: int | None = Field(default=None, ge=1)  # noqa: N815 - the wire's name
    temperature: float | None = Field(default=None, ge=0, le=1)
    topP: float | None = Field(default=None, ge=0, le=1)  # noqa: N815


class _Tools(_Loose):
    tools: list[Block] = Field(min_length=1)
    toolChoice: dict[str, dict[str, object]] = {}  # noqa: N815


class ConverseBody(_Loose):
    messages: list[Message] = Field(min_length=1)
    system: list[Block] = []
    inferenceConfig: _Inference = _Inference()  # noqa: N815
    toolConfig: _Tools | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class Prompt:
    """What of a request decides the answer and its cost."""

    user_text: str
    cached_part: str  # up to the last cache point; empty where there is none
    whole: str
    max_tokens: int | None
    tool: str | None  # the one that must be used

    @property
    def cache_key(self) -> bytes:
        return sha256(self.cached_part.encode()).digest()


def read_prompt(body: bytes) -> Prompt:
    """Raises ServiceError, in the words that the real service would choose, or nearly."""
    try:
        parsed = ConverseBody.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ServiceError(
            ErrorName.VALIDATION, f"The value at '{where}' is not valid: {first['msg']}"
        ) from None
    if parsed.messages[0].role != "user":
        raise ServiceError(ErrorName.VALIDATION, "A conversation must start with a user message.")
    cached, whole = _flatten(parsed)
    return Prompt(
        user_text="\n".join(
            str(b["text"]) for m in parsed.messages if m.role == "user" for b in _texts(m.content)
        ),
        cached_part=cached,
        whole=whole,
        max_tokens=parsed.inferenceConfig.maxTokens,
        tool=_forced_tool(parsed.toolConfig),
    )


def _texts(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if "text" in block]


def _flatten(body: ConverseBody) -> tuple[str, str]:
    """Everything that is counted, in the order in which it is cached: tools, system, messages."""
    blocks = [
        *(body.toolConfig.tools if body.toolConfig else ()),
        *body.system,
        *(block for message in body.messages for block in message.content),
    ]
    parts: list[str] = []
    cached = ""
    for block in blocks:
        if "cachePoint" in block:
            cached = "\n".join(parts)
        else:
            parts.append(str(block["text"]) if "text" in block else json.dumps(block))
    return cached, "\n".join(parts)


def _forced_tool(tools: _Tools | None) -> str | None:
    """The tool that the request forces: the named one, or with `any` the first. None: an answer in prose."""
    if tools is None or not {"tool", "any"} & tools.toolChoice.keys():
        return None
    names = [spec["name"] for tool in tools.tools if isinstance(spec := tool.get("toolSpec"), dict)]
    wanted = tools.toolChoice.get("tool", {}).get("name", names[0] if names else None)
    if wanted not in names:
        raise ServiceError(ErrorName.VALIDATION, "toolChoice names a tool that is not in toolConfig.tools.")
    return str(wanted)
