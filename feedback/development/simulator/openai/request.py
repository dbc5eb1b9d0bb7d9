"""A chat-completions request as such a server understands it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from feedback.development.simulator.account.modelled import ErrorName, ServiceError
from feedback.development.simulator.writing.abilities import Feature
from feedback.development.simulator.writing.prompt import Form, Prompt, Schema, Target


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Message(_Loose):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None
    tool_calls: list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(str(part["text"]) for part in self.content if "text" in part)
        return self.content or ""


class Function(_Loose):
    name: str
    description: str = ""
    parameters: Schema = {}
    strict: bool | None = None


class Tool(_Loose):
    type: Literal["function"]
    function: Function


class NamedFunction(_Loose):
    name: str


class NamedTool(_Loose):
    type: Literal["function"] = "function"
    function: NamedFunction


class JsonSchema(_Loose):
    name: str
    schema_: Schema = Field(default={}, alias="schema")
    strict: bool | None = None


class ResponseFormat(_Loose):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class StreamOptions(_Loose):
    include_usage: bool = False


class ChatRequest(_Loose):
    model: str
    messages: list[Message] = Field(min_length=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    stop: str | list[str] | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    tools: list[Tool] = []
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = None
    response_format: ResponseFormat | None = None
    reasoning_effort: str | None = None
    service_tier: str | None = None


def read_chat(body: bytes) -> ChatRequest:
    """Raises ServiceError."""
    try:
        return ChatRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or None
        message = (
            f"Invalid value for '{where}': {first['msg']}" if where else "The body is not a JSON object."
        )
        raise ServiceError(ErrorName.VALIDATION, message, param=where, code="invalid_value") from None


def prompt_of(body: ChatRequest) -> Prompt:
    """Raises ServiceError where the tool chosen isn't there, or a schema is missing."""
    users = "\n".join(message.text for message in body.messages if message.role == "user")
    return Prompt(
        user_text=users,
        whole="\n".join(_counted(body)),
        target=_target(body, users),
        max_tokens=body.max_completion_tokens or body.max_tokens,
        features=frozenset(_features(body)),
        stops=(body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ()),
        tier=body.service_tier,
    )


def _counted(body: ChatRequest) -> Iterable[str]:
    for tool in body.tools:
        yield tool.model_dump_json()
    for message in body.messages:
        yield message.text
        if message.tool_calls:
            yield json.dumps(message.tool_calls)


def _features(body: ChatRequest) -> Iterable[Feature]:
    form = body.response_format
    asked = {
        Feature.TEMPERATURE: body.temperature is not None,
        Feature.TOP_P: body.top_p is not None,
        Feature.TOOLS: bool(body.tools),
        Feature.FORCED_TOOL: body.tool_choice == "required" or isinstance(body.tool_choice, NamedTool),
        Feature.STRICT: any(tool.function.strict for tool in body.tools),
        Feature.JSON_SCHEMA: form is not None and form.type == "json_schema",
        Feature.EFFORT: body.reasoning_effort is not None,
    }
    return (feature for feature, wanted in asked.items() if wanted)


def _target(body: ChatRequest, users: str) -> Target:
    choice, form = body.tool_choice, body.response_format
    forced = choice == "required" or isinstance(choice, NamedTool)
    answered = body.messages[-1].role in ("tool", "function") and not forced
    if body.tools and choice != "none" and not answered:
        function = _chosen(body, choice, users)
        return Target(Form.TOOL, function.name, function.parameters)
    if form is None or form.type == "text":
        return Target()
    if form.type == "json_object":
        return Target(Form.JSON)
    if form.json_schema is None:
        message = "Missing required parameter: 'response_format.json_schema'."
        raise ServiceError(ErrorName.VALIDATION, message, param="response_format.json_schema")
    return Target(Form.JSON, schema=form.json_schema.schema_)


def _chosen(body: ChatRequest, choice: object, users: str) -> Function:
    functions = [tool.function for tool in body.tools]
    if not isinstance(choice, NamedTool):
        return next((function for function in functions if function.name in users), functions[0])
    named = next((function for function in functions if function.name == choice.function.name), None)
    if named is None:
        message = f"Tool choice '{choice.function.name}' not found in 'tools' parameter."
        raise ServiceError(ErrorName.VALIDATION, message, param="tool_choice")
    return named
