"""A Converse request as the service understands it, and what it refuses about one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from feedback.development.simulator.account.modelled import ErrorName, ServiceError
from feedback.development.simulator.writing.abilities import Feature
from feedback.development.simulator.writing.prompt import (
    FIVE_MINUTES,
    HOUR,
    CachePoint,
    Form,
    Guardrail,
    Prompt,
    Schema,
    Target,
)

Block = dict[str, Any]


class _Loose(BaseModel):
    """Fields that the simulator doesn't use pass unread."""

    model_config = ConfigDict(extra="ignore")


class Message(_Loose):
    role: str = Field(pattern="^(user|assistant|system)$")
    content: list[Block] = Field(min_length=1)


class InferenceConfiguration(_Loose):
    maxTokens: int | None = Field(default=None, ge=1)  # noqa: N815 - the wire's name
    temperature: float | None = Field(default=None, ge=0, le=1)
    topP: float | None = Field(default=None, ge=0, le=1)  # noqa: N815
    stopSequences: list[str] = []  # noqa: N815


class ToolInputSchema(_Loose):
    json_: Schema = Field(alias="json")


class ToolSpecification(_Loose):
    name: str = Field(pattern="^[a-zA-Z0-9_-]{1,64}$")
    description: Annotated[str, Field(min_length=1)] | None = None
    inputSchema: ToolInputSchema  # noqa: N815
    strict: bool | None = None


class ToolConfiguration(_Loose):
    tools: list[Block] = Field(min_length=1)
    toolChoice: dict[str, dict[str, object]] = {}  # noqa: N815


class JsonSchemaDefinition(_Loose):
    schema_: str = Field(alias="schema")
    name: str | None = None
    description: str | None = None


class OutputFormatStructure(_Loose):
    jsonSchema: JsonSchemaDefinition  # noqa: N815


class OutputFormat(_Loose):
    type: Literal["json_schema"]
    structure: OutputFormatStructure


class OutputConfig(_Loose):
    textFormat: OutputFormat | None = None  # noqa: N815
    effort: str | None = None


class ServiceTier(_Loose):
    type: str = Field(pattern="^(priority|default|flex|reserved)$")


class PerformanceConfiguration(_Loose):
    latency: str | None = Field(default=None, pattern="^(standard|optimized)$")


class GuardrailConfiguration(_Loose):
    guardrailIdentifier: str = ""  # noqa: N815
    guardrailVersion: str = ""  # noqa: N815
    trace: str = Field(default="disabled", pattern="^(enabled|disabled|enabled_full)$")


class ConverseRequest(_Loose):
    messages: list[Message] = Field(min_length=1)
    system: list[Block] = []
    inferenceConfig: InferenceConfiguration = InferenceConfiguration()  # noqa: N815
    toolConfig: ToolConfiguration | None = None  # noqa: N815
    outputConfig: OutputConfig = OutputConfig()  # noqa: N815
    serviceTier: ServiceTier | None = None  # noqa: N815
    performanceConfig: PerformanceConfiguration = PerformanceConfiguration()  # noqa: N815
    guardrailConfig: GuardrailConfiguration | None = None  # noqa: N815
    additionalModelRequestFields: dict[str, Any] = {}  # noqa: N815
    requestMetadata: dict[str, str] = Field(default={}, max_length=16)  # noqa: N815


def read_converse(body: bytes | str) -> Prompt:
    """Raises ServiceError, in the words that the real service would choose, or nearly."""
    try:
        parsed = ConverseRequest.model_validate_json(body)
        specifications = _specifications(parsed.toolConfig)
    except ValidationError as error:
        raise refused_value(error) from None
    if parsed.messages[0].role == "assistant":
        raise ServiceError(ErrorName.VALIDATION, "A conversation must start with a user message.")
    points, whole = flatten(_blocks(parsed))
    return Prompt(
        user_text=_user_text(parsed),
        whole=whole,
        target=_target(parsed, specifications),
        max_tokens=parsed.inferenceConfig.maxTokens,
        features=frozenset(_features(parsed, specifications, points)),
        cache_points=points,
        stops=tuple(parsed.inferenceConfig.stopSequences),
        tier=parsed.serviceTier.type if parsed.serviceTier else None,
        latency=parsed.performanceConfig.latency,
        guardrail=_guardrail(parsed.guardrailConfig),
    )


def _guardrail(config: GuardrailConfiguration | None) -> Guardrail | None:
    return Guardrail(config.guardrailIdentifier, config.trace != "disabled") if config else None


def refused_value(error: ValidationError) -> ServiceError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return ServiceError(ErrorName.VALIDATION, f"The value at '{where}' is not valid: {first['msg']}")


def _specifications(config: ToolConfiguration | None) -> list[ToolSpecification]:
    blocks = config.tools if config else []
    return [ToolSpecification.model_validate(b["toolSpec"]) for b in blocks if "toolSpec" in b]


def _user_text(body: ConverseRequest) -> str:
    users = (message for message in body.messages if message.role == "user")
    return "\n".join(str(b["text"]) for message in users for b in message.content if "text" in b)


def _blocks(body: ConverseRequest) -> list[Block]:
    """Everything that is counted, in the order in which it is cached: tools, system, messages."""
    tools = body.toolConfig.tools if body.toolConfig else []
    return [*tools, *body.system, *(block for message in body.messages for block in message.content)]


def flatten(blocks: Iterable[Block]) -> tuple[tuple[CachePoint, ...], str]:
    """The parts that are marked for the cache, and all the text."""
    parts: list[str] = []
    points: list[CachePoint] = []
    for block in blocks:
        if (point := block.get("cachePoint")) is not None:
            points.append(CachePoint("\n".join(parts), HOUR if point.get("ttl") == "1h" else FIVE_MINUTES))
        else:
            parts.append(str(block["text"]) if "text" in block else json.dumps(block))
    return tuple(points), "\n".join(parts)


def _features(
    body: ConverseRequest, tools: list[ToolSpecification], points: tuple[CachePoint, ...]
) -> Iterable[Feature]:
    further = body.additionalModelRequestFields
    asked = {
        Feature.TEMPERATURE: body.inferenceConfig.temperature is not None or "temperature" in further,
        Feature.TOP_P: body.inferenceConfig.topP is not None or "top_p" in further,
        Feature.TOOLS: bool(tools),
        Feature.FORCED_TOOL: bool(body.toolConfig and {"any", "tool"} & body.toolConfig.toolChoice.keys()),
        Feature.STRICT: any(tool.strict for tool in tools),
        Feature.JSON_SCHEMA: body.outputConfig.textFormat is not None,
        Feature.EFFORT: body.outputConfig.effort is not None or "effort" in further.get("output_config", {}),
        Feature.CACHE: bool(points),
        Feature.CACHE_HOUR: any(point.lifetime == HOUR for point in points),
        Feature.OPTIMIZED: body.performanceConfig.latency == "optimized",
    }
    return (feature for feature, wanted in asked.items() if wanted)


def _target(body: ConverseRequest, tools: list[ToolSpecification]) -> Target:
    if (text_format := body.outputConfig.textFormat) is not None:
        return Target(Form.JSON, schema=_schema_in(text_format.structure.jsonSchema.schema_))
    results = any("toolResult" in block for block in body.messages[-1].content)
    choice = body.toolConfig.toolChoice if body.toolConfig else {}
    wanted = choice.get("tool", {}).get("name")
    named = next((tool for tool in tools if tool.name == wanted), None)
    if wanted is not None and named is None:
        raise ServiceError(ErrorName.VALIDATION, "toolChoice names a tool that is not in toolConfig.tools.")
    if not tools or (results and not {"any", "tool"} & choice.keys()):
        return Target()  # the tool's result is there: the answer is in words
    tool = named or mentioned(tools, _user_text(body))
    return Target(Form.TOOL, tool.name, tool.inputSchema.json_)


def mentioned(tools: list[ToolSpecification], text: str) -> ToolSpecification:
    """The tool that the text speaks of, or the first."""
    return next((tool for tool in tools if tool.name in text), tools[0])


def _schema_in(text: str) -> Schema:
    try:
        schema = json.loads(text)
    except ValueError:
        schema = None
    if not isinstance(schema, dict):
        raise ServiceError(
            ErrorName.VALIDATION, "The schema at 'outputConfig.textFormat' is not a JSON object."
        )
    return schema
