"""Converse and ConverseStream."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from feedback.development.simulator.account.calls import Call
from feedback.development.simulator.account.modelled import ServiceError, StopReason, StreamErrorName
from feedback.development.simulator.account.settings import Malformed
from feedback.development.simulator.serving.api import JSON, Reply
from feedback.development.simulator.writing.abilities import Abilities, Feature
from feedback.development.simulator.writing.answer import Block
from feedback.development.simulator.writing.prompt import Guardrail, Prompt

from . import eventstream
from .errors import error_reply, refused_feature, refused_length, refused_tier, request_headers
from .request import read_converse

MODELLED_IN_STREAM = frozenset(StreamErrorName) - {StreamErrorName.MODEL_TIMEOUT}


class Converse:
    def __init__(self, model: str, body: bytes, *, streams: bool) -> None:
        self.model = model
        self.streams = streams
        self._body = body

    def read(self) -> Prompt:
        return read_converse(self._body)

    def refusal(self, feature: Feature, prompt: Prompt) -> ServiceError:
        return refused_feature(feature, self.model)

    def too_long(self, prompt: Prompt, abilities: Abilities, tokens: int) -> ServiceError:
        return refused_length(prompt, abilities)

    def refused_tier(self, tier: str) -> ServiceError:
        return refused_tier(tier)

    def failure(self, error: ServiceError) -> Reply:
        return error_reply(error)

    def whole(self, call: Call, latency_ms: int) -> Reply:
        body = {
            "output": {
                "message": {"role": "assistant", "content": [_content(b) for b in call.answer.blocks]}
            },
            "stopReason": call.answer.stop_reason,
            **accounts(call, latency_ms),
        }
        return Reply(200, request_headers(JSON["content-type"]), json.dumps(body).encode())

    def stream_headers(self, call: Call) -> Mapping[str, str]:
        return request_headers(eventstream.CONTENT_TYPE)

    def opening(self, call: Call) -> bytes:
        return eventstream.event("messageStart", {"role": "assistant"})

    def block_start(self, index: int, block: Block) -> bytes:
        if block.tool is None:
            return b""
        start = {"toolUse": {"toolUseId": tool_use_id(), "name": block.tool}}
        return eventstream.event("contentBlockStart", {"start": start, "contentBlockIndex": index})

    def delta(self, index: int, block: Block, text: str) -> bytes:
        delta = {"text": text} if block.tool is None else {"toolUse": {"input": text}}
        return eventstream.event("contentBlockDelta", {"delta": delta, "contentBlockIndex": index})

    def block_stop(self, index: int, block: Block) -> bytes:
        return eventstream.event("contentBlockStop", {"contentBlockIndex": index})

    def closing(self, call: Call, latency_ms: int) -> bytes:
        end = eventstream.event("messageStop", {"stopReason": call.answer.stop_reason})
        if call.fate.malformed is Malformed.NO_METADATA:
            return end
        return end + eventstream.event("metadata", accounts(call, latency_ms))

    def broken(self, name: StreamErrorName, message: str) -> bytes:
        if name in MODELLED_IN_STREAM:
            return eventstream.exception(name, message)
        return eventstream.error(name, message)


def _content(block: Block) -> dict[str, Any]:
    if block.tool is None:
        return {"text": block.text}
    return {"toolUse": {"toolUseId": tool_use_id(), "name": block.tool, "input": readable(block.text)}}


def readable(text: str) -> dict[str, Any]:
    """A tool's input as far as it can be read: the service hands over an object, whatever was written."""
    try:
        fields = from_json(text, allow_partial=True)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def tool_use_id() -> str:
    return f"tooluse_{uuid.uuid4().hex[:22]}"


def accounts(call: Call, latency_ms: int) -> dict[str, Any]:
    """What comes with the end of an answer: usage, and what of the request is echoed."""
    prompt = call.prompt
    fields: dict[str, Any] = {"usage": _usage(call)} if call.has_usage else {}
    fields["metrics"] = {"latencyMs": latency_ms}
    if prompt.tier is not None:
        fields["serviceTier"] = {"type": prompt.tier}
    if prompt.latency is not None:
        fields["performanceConfig"] = {"latency": prompt.latency}
    if prompt.guardrail and prompt.guardrail.traced:
        fields["trace"] = {"guardrail": _assessment(prompt.guardrail, call.answer.stop_reason)}
    return fields


def _usage(call: Call) -> dict[str, Any]:
    tokens = call.tokens
    usage: dict[str, Any] = {
        "inputTokens": tokens.input,
        "outputTokens": tokens.output,
        "totalTokens": tokens.all_input + tokens.output,
        "cacheReadInputTokens": tokens.cache_read,
        "cacheWriteInputTokens": tokens.cache_write,
    }
    written = {"5m": tokens.cache_write - tokens.cache_write_hour, "1h": tokens.cache_write_hour}
    if tokens.cache_write:
        usage["cacheDetails"] = [
            {"ttl": ttl, "inputTokens": count} for ttl, count in written.items() if count
        ]
    return usage


def _assessment(guardrail: Guardrail, reason: StopReason) -> dict[str, Any]:
    if reason is not StopReason.GUARDRAIL_INTERVENED:
        return {"actionReason": "No action."}
    blocked = {"match": "a blocked word", "action": "BLOCKED", "detected": True}
    words = {"wordPolicy": {"customWords": [blocked], "managedWordLists": []}}
    return {
        "inputAssessment": {guardrail.identifier or "simulated": words},
        "actionReason": "Guardrail blocked.",
    }
