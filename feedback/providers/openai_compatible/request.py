"""The chat-completions request: what is asked, of which model, in which way.

Field names are those of OpenAI's API reference ("Create chat completion").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from feedback.providers.models.generation import Generation, Way

from ..base import Request
from ..prompting.prompt import system_prompt, user_message
from ..prompting.schema import DESCRIPTION, TOOL, answer_schema, enforced_schema
from .settings import CompatibleSettings


def chat_arguments(
    settings: CompatibleSettings,
    generation: Generation,
    request: Request,
    *,
    max_tokens: int,
    metadata: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The keyword arguments of chat.completions.create. What the generation does not name is not sent.

    A prompt cache needs no mark here: servers that have one find what texts share by themselves.
    """
    arguments: dict[str, Any] = {
        "model": settings.model,
        "messages": [
            {"role": "system", "content": system_prompt(generation.way)},
            {"role": "user", "content": user_message(request)},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        settings.longest_answer_field: max_tokens,
        **_taste(generation),
        **_answer_in(generation),
    }
    if metadata and settings.send_metadata:
        arguments["metadata"] = dict(metadata)
    if generation.extra_fields:
        arguments["extra_body"] = dict(generation.extra_fields)
    return arguments


def fixed_words(generation: Generation) -> str:
    """What every request says whatever it is about: prompt and schema, for estimates and versions."""
    return system_prompt(generation.way) + json.dumps(_answer_in(generation), sort_keys=True)


def _taste(generation: Generation) -> dict[str, Any]:
    wanted = {
        "temperature": generation.temperature,
        "top_p": generation.top_p,
        "reasoning_effort": generation.effort or None,
        "service_tier": generation.tier or None,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _answer_in(generation: Generation) -> dict[str, Any]:
    match generation.way:
        case Way.STRICT_TOOL | Way.TOOL:
            return _tool(generation)
        case Way.JSON_SCHEMA:
            schema = {"name": TOOL, "description": DESCRIPTION, "schema": enforced_schema(), "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": schema}}
        case Way.TEXT:
            return {}


def _tool(generation: Generation) -> dict[str, Any]:
    """The one tool. Where it can't be forced, the prompt asks for it and an answer in text is read too."""
    strict = generation.way is Way.STRICT_TOOL
    function: dict[str, Any] = {
        "name": TOOL,
        "description": DESCRIPTION,
        "parameters": enforced_schema() if strict else answer_schema(),
    }
    if strict:
        function["strict"] = True
    choices = {"tool": {"type": "function", "function": {"name": TOOL}}, "any": "required", "auto": "auto"}
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": choices[generation.tool_choice],
    }
