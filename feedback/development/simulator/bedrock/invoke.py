"""InvokeModel and InvokeModelWithResponseStream, for models of Anthropic's."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from feedback.development.simulator.account.calls import Call
from feedback.development.simulator.account.modelled import (
    ErrorName,
    ServiceError,
    StopReason,
    StreamErrorName,
)
from feedback.development.simulator.account.settings import Malformed
from feedback.development.simulator.serving.api import JSON, Reply
from feedback.development.simulator.writing.abilities import Abilities, Feature
from feedback.development.simulator.writing.answer import Block
from feedback.development.simulator.writing.prompt import Guardrail, Prompt

from . import eventstream
from .converse import readable
from .errors import error_reply, refused_feature, refused_length, refused_tier, request_headers
from .messages import read_messages

TIER, LATENCY = "x-amzn-bedrock-service-tier", "x-amzn-bedrock-performanceconfig-latency"
GUARDRAIL = "x-amzn-bedrock-guardrailidentifier"
_NO_VERSION = (
    "Malformed input request: #: required key [anthropic_version] not found, "
    "please reformat your input and try again."
)
_REASONS: Mapping[StopReason, str] = {
    StopReason.CONTENT_FILTERED: "refusal",
    StopReason.GUARDRAIL_INTERVENED: "end_turn",  # the intervention stands beside it
    StopReason.MALFORMED_MODEL_OUTPUT: "end_turn",
    StopReason.MALFORMED_TOOL_USE: "tool_use",
}


class Invoke:
    def __init__(self, model: str, headers: Mapping[str, str], body: bytes, *, streams: bool) -> None:
        self.model = model
        self.streams = streams
        self._headers = headers
        self._body = body

    def read(self) -> Prompt:
        """Read a request's body. Raises ServiceError, also where a model's bodies are not simulated."""
        if b'"anthropic_version"' not in self._body:
            raise ServiceError(ErrorName.VALIDATION, _NO_VERSION)
        prompt = read_messages(self._body)
        latency, tier = self._headers.get(LATENCY), self._headers.get(TIER)
        features = prompt.features | ({Feature.OPTIMIZED} if latency == "optimized" else frozenset())
        guardrail = self._headers.get(GUARDRAIL)
        return replace(
            prompt, tier=tier, latency=latency, features=features,
            guardrail=Guardrail(guardrail) if guardrail else None,
        )  # fmt: skip

    def refusal(self, feature: Feature, prompt: Prompt) -> ServiceError:
        return refused_feature(feature, self.model)

    def too_long(self, prompt: Prompt, abilities: Abilities, tokens: int) -> ServiceError:
        return refused_length(prompt, abilities)

    def refused_tier(self, tier: str) -> ServiceError:
        return refused_tier(tier)

    def failure(self, error: ServiceError) -> Reply:
        return error_reply(error)

    def whole(self, call: Call, latency_ms: int) -> Reply:
        message = {
            **_message(call),
            "content": [_content(block) for block in call.answer.blocks],
            "stop_reason": _reason(call),
            **_usage(call),
            **_intervention(call),
        }
        headers = {**request_headers(JSON["content-type"]), **_echo(call), **_counts(call, latency_ms)}
        return Reply(200, headers, json.dumps(message).encode())

    def stream_headers(self, call: Call) -> Mapping[str, str]:
        fields = {"x-amzn-bedrock-content-type": JSON["content-type"], **_echo(call)}
        return {**request_headers(eventstream.CONTENT_TYPE), **fields}

    def opening(self, call: Call) -> bytes:
        message = {**_message(call), "content": [], "stop_reason": None, **_usage(call)}
        return _chunk("message_start", message=message)

    def block_start(self, index: int, block: Block) -> bytes:
        empty = {"type": "text", "text": ""} if block.tool is None else {**_tool_use(block.tool), "input": {}}
        return _chunk("content_block_start", index=index, content_block=empty)

    def delta(self, index: int, block: Block, text: str) -> bytes:
        written = {"type": "text_delta", "text": text}
        if block.tool is not None:
            written = {"type": "input_json_delta", "partial_json": text}
        return _chunk("content_block_delta", index=index, delta=written)

    def block_stop(self, index: int, block: Block) -> bytes:
        return _chunk("content_block_stop", index=index)

    def closing(self, call: Call, latency_ms: int) -> bytes:
        usage = {"usage": {"output_tokens": call.tokens.output}} if call.has_usage else {}
        delta = {"stop_reason": _reason(call), "stop_sequence": None}
        end = _chunk("message_delta", delta=delta, **usage)
        metrics = {} if call.fate.malformed is Malformed.NO_METADATA else _metrics(call, latency_ms)
        return end + _chunk("message_stop", **metrics, **_intervention(call))

    def broken(self, name: StreamErrorName, message: str) -> bytes:
        return eventstream.exception(name, message)


def _chunk(kind: str, **fields: Any) -> bytes:
    written = base64.b64encode(json.dumps({"type": kind, **fields}).encode()).decode()
    return eventstream.event("chunk", {"bytes": written})


def _message(call: Call) -> dict[str, Any]:
    return {
        "id": f"msg_bdrk_{uuid.uuid4().hex[:24]}", "type": "message", "role": "assistant",
        "model": call.model.rpartition("anthropic.")[2], "stop_sequence": None,
    }  # fmt: skip


def _content(block: Block) -> dict[str, Any]:
    if block.tool is None:
        return {"type": "text", "text": block.text}
    return {**_tool_use(block.tool), "input": readable(block.text)}


def _tool_use(name: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_bdrk_{uuid.uuid4().hex[:24]}", "name": name}


def _reason(call: Call) -> str:
    reason = call.answer.stop_reason
    return _REASONS.get(reason, reason.value)


def _usage(call: Call) -> dict[str, Any]:
    if not call.has_usage:
        return {"usage": {"input_tokens": 0, "output_tokens": 0}}  # clients can't do without the field
    tokens = call.tokens
    kept = {
        "ephemeral_5m_input_tokens": tokens.cache_write - tokens.cache_write_hour,
        "ephemeral_1h_input_tokens": tokens.cache_write_hour,
    }
    return {
        "usage": {
            "input_tokens": tokens.input,
            "output_tokens": tokens.output,
            "cache_creation_input_tokens": tokens.cache_write,
            "cache_read_input_tokens": tokens.cache_read,
            "cache_creation": kept,
        }
    }


def _metrics(call: Call, latency_ms: int) -> dict[str, Any]:
    tokens = call.tokens
    return {
        "amazon-bedrock-invocationMetrics": {
            "inputTokenCount": tokens.input,
            "outputTokenCount": tokens.output,
            "invocationLatency": latency_ms,
            "firstByteLatency": round(call.pace.first_token * 1000),
            "cacheReadInputTokenCount": tokens.cache_read,
            "cacheWriteInputTokenCount": tokens.cache_write,
        }
    }


def _intervention(call: Call) -> dict[str, str]:
    if call.prompt.guardrail is None:
        return {}
    intervened = call.answer.stop_reason is StopReason.GUARDRAIL_INTERVENED
    return {"amazon-bedrock-guardrailAction": "INTERVENED" if intervened else "NONE"}


def _counts(call: Call, latency_ms: int) -> dict[str, str]:
    """Usage once more, in headers that the service model doesn't know and langchain-aws reads."""
    tokens = call.tokens
    counts = {
        "input-token-count": tokens.input,
        "output-token-count": tokens.output,
        "cache-read-input-token-count": tokens.cache_read,
        "cache-write-input-token-count": tokens.cache_write,
        "invocation-latency": latency_ms,
    }
    if not call.has_usage:
        return {}
    return {f"x-amzn-bedrock-{name}": str(count) for name, count in counts.items()}


def _echo(call: Call) -> dict[str, str]:
    fields = {TIER: call.prompt.tier, LATENCY: call.prompt.latency}
    return {name: value for name, value in fields.items() if value is not None}
