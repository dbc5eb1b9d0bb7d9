"""The ConverseStream request: what is asked, of which model, in which way.

Field names are those of the service's API (botocore's model of bedrock-runtime).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from feedback.providers.models.generation import Generation, Way

from ..base import Request
from ..prompting.estimate import estimate_tokens
from ..prompting.prompt import message_parts, system_prompt, user_message
from ..prompting.schema import DESCRIPTION, TOOL, answer_schema, enforced_schema

BY_TOOL = (Way.STRICT_TOOL, Way.TOOL)
COMPILED = (Way.STRICT_TOOL, Way.JSON_SCHEMA)  # the service enforces the schema, and compiles it first


def converse_arguments(
    generation: Generation,
    request: Request,
    *,
    model: str,
    max_tokens: int,
    metadata: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The keyword arguments of converse_stream. What the generation does not name is not sent."""
    system = system_prompt(generation.way)
    arguments: dict[str, Any] = {
        "modelId": model,
        "system": [{"text": system}],
        "messages": [{"role": "user", "content": _content(generation, request, system)}],
        "inferenceConfig": _inference(generation, max_tokens),
        **_answer_in(generation),
    }
    if generation.tier:
        arguments["serviceTier"] = {"type": generation.tier}
    if generation.latency:
        arguments["performanceConfig"] = {"latency": generation.latency}
    if generation.guardrail:
        arguments["guardrailConfig"] = {
            "guardrailIdentifier": generation.guardrail,
            "guardrailVersion": generation.guardrail_version or "DRAFT",
        }
    if metadata:
        arguments["requestMetadata"] = dict(metadata)
    if generation.extra_fields:
        arguments["additionalModelRequestFields"] = dict(generation.extra_fields)
    return arguments


def fixed_words(generation: Generation) -> str:
    """What every request says whatever it is about: prompt and schema, for estimates and versions."""
    return system_prompt(generation.way) + json.dumps(_answer_in(generation), sort_keys=True)


def compiled_schema(generation: Generation) -> str:
    """See providers.base.CompilesSchemas: a way that enforces no schema compiles none."""
    if generation.way not in COMPILED:
        return ""
    parts = json.dumps([generation.way, enforced_schema()], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()


def _inference(generation: Generation, max_tokens: int) -> dict[str, Any]:
    wanted = {"maxTokens": max_tokens, "temperature": generation.temperature, "topP": generation.top_p}
    return {name: value for name, value in wanted.items() if value is not None}


def _answer_in(generation: Generation) -> dict[str, Any]:
    output: dict[str, Any] = {"effort": generation.effort} if generation.effort else {}
    tools: dict[str, Any] = {}
    if generation.way in BY_TOOL:
        tools = {"toolConfig": tool_config(generation)}
    elif generation.way is Way.JSON_SCHEMA:
        schema = {"name": TOOL, "description": DESCRIPTION, "schema": json.dumps(enforced_schema())}
        output["textFormat"] = {"type": "json_schema", "structure": {"jsonSchema": schema}}
    return {**tools, **({"outputConfig": output} if output else {})}


def tool_config(generation: Generation) -> dict[str, Any]:
    """The one tool. Where it can't be forced, the prompt asks for it and an answer in text is read too."""
    strict = generation.way is Way.STRICT_TOOL
    specification: dict[str, Any] = {
        "name": TOOL,
        "description": DESCRIPTION,
        "inputSchema": {"json": enforced_schema() if strict else answer_schema()},
    }
    if strict:
        specification["strict"] = True
    forced = {"name": TOOL} if generation.tool_choice == "tool" else {}
    return {"tools": [{"toolSpec": specification}], "toolChoice": {generation.tool_choice: forced}}


def _content(generation: Generation, request: Request, system: str) -> list[dict[str, Any]]:
    """The message; a cache point stands after what all texts for one assignment share."""
    shared, own = message_parts(request)
    if shared and generation.cache and _is_long_enough(generation, system + shared):
        return [{"text": shared}, {"cachePoint": _cache_point(generation.cache)}, {"text": own}]
    return [{"text": user_message(request)}]


def _is_long_enough(generation: Generation, prefix: str) -> bool:
    """A prefix below the model's least is not kept. Tools count too, so this errs on the side of no mark."""
    return estimate_tokens(prefix) >= generation.cache_minimum


def _cache_point(ttl: str) -> dict[str, str]:
    """Five minutes is the usual time, and models that know no other refuse the field."""
    return {"type": "default"} if ttl == "5m" else {"type": "default", "ttl": ttl}
