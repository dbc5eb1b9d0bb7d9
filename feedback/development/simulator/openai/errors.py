"""Errors as the chat-completions API writes them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from feedback.development.simulator.account.modelled import ErrorName, ServiceError, StreamErrorName
from feedback.development.simulator.serving.api import JSON, Reply
from feedback.development.simulator.writing.abilities import Abilities, Feature
from feedback.development.simulator.writing.prompt import Prompt

from .limits import limit_headers


class _Kind(NamedTuple):
    status: int
    type: str
    code: str | None = None


# OpenAI's guide, "Error codes"; the statuses of the other servers are the same.
_KINDS: Mapping[str, _Kind] = {
    ErrorName.THROTTLING: _Kind(429, "requests", "rate_limit_exceeded"),
    ErrorName.SERVICE_UNAVAILABLE: _Kind(503, "server_error", "service_unavailable"),
    ErrorName.INTERNAL_SERVER: _Kind(500, "server_error"),
    ErrorName.MODEL_TIMEOUT: _Kind(504, "server_error", "timeout"),
    ErrorName.MODEL_ERROR: _Kind(500, "server_error"),
    ErrorName.MODEL_NOT_READY: _Kind(503, "server_error", "model_not_ready"),
    ErrorName.ACCESS_DENIED: _Kind(403, "invalid_request_error"),
    ErrorName.RESOURCE_NOT_FOUND: _Kind(404, "invalid_request_error", "model_not_found"),
    "ExpiredTokenException": _Kind(401, "invalid_request_error", "invalid_api_key"),
    "UnrecognizedClientException": _Kind(401, "invalid_request_error", "invalid_api_key"),
    "InvalidSignatureException": _Kind(401, "invalid_request_error", "invalid_api_key"),
}
_INVALID = _Kind(400, "invalid_request_error")
_PARAMETERS: Mapping[Feature, str] = {
    Feature.TEMPERATURE: "temperature",
    Feature.TOP_P: "top_p",
    Feature.TOOLS: "tools",
    Feature.FORCED_TOOL: "tool_choice",
    Feature.STRICT: "tools[0].function.strict",
    Feature.JSON_SCHEMA: "response_format",
    Feature.EFFORT: "reasoning_effort",
}


def error_reply(error: ServiceError) -> Reply:
    kind = _KINDS.get(error.name, _INVALID)
    headers = {**JSON, **limit_headers(error.left)}
    if error.retry_after is not None:
        headers["retry-after"] = error.retry_after
    elif error.room_in is not None:
        headers["retry-after"] = str(math.ceil(error.room_in))
    status = error.status if error.code == "invalid_api_key" else kind.status
    return Reply(status, headers, json.dumps(error_body(error)).encode())


def error_body(error: ServiceError) -> dict[str, Any]:
    kind = _KINDS.get(error.name, _INVALID)
    type_, code = kind.type, error.code or kind.code
    if error.name == ErrorName.THROTTLING:
        type_ = "tokens" if "token" in error.message else "requests"
        code = "insufficient_quota" if "per day" in error.message else code
    fields = {"message": error.message, "type": type_, "param": error.param, "code": code}
    return {"error": fields}


def broken_body(name: StreamErrorName, message: str) -> dict[str, Any]:
    """An error in a stream that had begun, as vLLM and LiteLLM send it."""
    return error_body(ServiceError(name[:1].upper() + name[1:], message))


def refused_feature(feature: Feature, prompt: Prompt) -> ServiceError:
    name = _PARAMETERS.get(feature, feature.value)
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return ServiceError(ErrorName.VALIDATION, message, code="unsupported_parameter", param=name)


def refused_tier(tier: str) -> ServiceError:
    message = f"Invalid service_tier argument: {tier} is not available for this model."
    return ServiceError(ErrorName.VALIDATION, message, code="invalid_value", param="service_tier")


def refused_length(prompt: Prompt, abilities: Abilities, tokens: int) -> ServiceError:
    longest, asked = abilities.longest_answer, prompt.max_tokens or 0
    if longest is not None and asked > longest:
        message = (
            f"max_tokens is too large: {asked}. This model supports at most {longest} completion tokens, "
            f"whereas you provided {asked}."
        )
        return ServiceError(ErrorName.VALIDATION, message, code="invalid_value", param="max_tokens")
    message = (
        f"This model's maximum context length is {abilities.context} tokens. However, your messages resulted "
        f"in {tokens} tokens. Please reduce the length of the messages."
    )
    return ServiceError(ErrorName.VALIDATION, message, code="context_length_exceeded", param="messages")
