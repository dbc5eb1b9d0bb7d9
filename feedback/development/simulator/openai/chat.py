"""POST /v1/chat/completions, whole and as a stream of server-sent events."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from feedback.development.simulator.account.calls import Call
from feedback.development.simulator.account.modelled import ServiceError, StopReason, StreamErrorName
from feedback.development.simulator.account.settings import Malformed
from feedback.development.simulator.serving.api import JSON, Reply
from feedback.development.simulator.writing.abilities import Abilities, Feature
from feedback.development.simulator.writing.answer import Block
from feedback.development.simulator.writing.prompt import Prompt

from .errors import broken_body, error_reply, refused_feature, refused_length, refused_tier
from .limits import limit_headers
from .request import ChatRequest, prompt_of

_DONE = b"data: [DONE]\n\n"
_REASONS: Mapping[StopReason, str] = {
    StopReason.TOOL_USE: "tool_calls",
    StopReason.MALFORMED_TOOL_USE: "tool_calls",
    StopReason.MAX_TOKENS: "length",
    StopReason.CONTEXT_EXCEEDED: "length",
    StopReason.CONTENT_FILTERED: "content_filter",
    StopReason.GUARDRAIL_INTERVENED: "content_filter",
}


class Chat:
    def __init__(self, request: ChatRequest) -> None:
        self.model = request.model
        self.streams = request.stream
        self._prompt = prompt_of(request)
        self._includes_usage = request.stream_options is not None and request.stream_options.include_usage
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())

    def read(self) -> Prompt:
        prompt, self._prompt = self._prompt, Prompt("", "")  # it is large, and read once
        return prompt

    def refusal(self, feature: Feature, prompt: Prompt) -> ServiceError:
        return refused_feature(feature, prompt)

    def too_long(self, prompt: Prompt, abilities: Abilities, tokens: int) -> ServiceError:
        return refused_length(prompt, abilities, tokens)

    def refused_tier(self, tier: str) -> ServiceError:
        return refused_tier(tier)

    def failure(self, error: ServiceError) -> Reply:
        return error_reply(error)

    def whole(self, call: Call, latency_ms: int) -> Reply:
        answer = {
            **self._envelope("chat.completion"),
            "choices": [
                {"index": 0, "message": _message(call), "finish_reason": _reason(call), "logprobs": None}
            ],
            **({"usage": _usage(call)} if call.has_usage else {}),
            **_tier(call),
        }
        return Reply(200, {**JSON, **self._headers(call)}, json.dumps(answer).encode())

    def stream_headers(self, call: Call) -> Mapping[str, str]:
        return {"content-type": "text/event-stream", "cache-control": "no-cache", **self._headers(call)}

    def opening(self, call: Call) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def block_start(self, index: int, block: Block) -> bytes:
        if block.tool is None:
            return b""
        function = {"name": block.tool, "arguments": ""}
        return self._chunk({"tool_calls": [{"index": index, **_tool_call(function)}]})

    def delta(self, index: int, block: Block, text: str) -> bytes:
        if block.tool is None:
            return self._chunk({"content": text})
        return self._chunk({"tool_calls": [{"index": index, "function": {"arguments": text}}]})

    def block_stop(self, index: int, block: Block) -> bytes:
        return b""

    def closing(self, call: Call, latency_ms: int) -> bytes:
        end = self._chunk({}, finish_reason=_reason(call))
        if self._includes_usage and call.has_usage:
            end += _event({**self._envelope("chat.completion.chunk"), "choices": [], "usage": _usage(call)})
        return end if call.fate.malformed is Malformed.NO_METADATA else end + _DONE

    def broken(self, name: StreamErrorName, message: str) -> bytes:
        return _event(broken_body(name, message))

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _event({**self._envelope("chat.completion.chunk"), "choices": [choice]})

    def _envelope(self, kind: str) -> dict[str, Any]:
        return {"id": self._id, "object": kind, "created": self._created, "model": self.model}

    def _headers(self, call: Call) -> dict[str, str]:
        return {"x-request-id": f"req_{uuid.uuid4().hex}", **limit_headers(call.left)}


def _event(payload: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def _message(call: Call) -> dict[str, Any]:
    texts = [block.text for block in call.answer.blocks if block.tool is None]
    calls = [
        _tool_call({"name": block.tool, "arguments": block.text})
        for block in call.answer.blocks
        if block.tool is not None
    ]
    message: dict[str, Any] = {"role": "assistant", "content": "".join(texts) or None, "refusal": None}
    return {**message, "tool_calls": calls} if calls else message


def _tool_call(function: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"call_{uuid.uuid4().hex[:24]}", "type": "function", "function": function}


def _reason(call: Call) -> str:
    return _REASONS.get(call.answer.stop_reason, "stop")


def _usage(call: Call) -> dict[str, Any]:
    tokens = call.tokens
    return {
        "prompt_tokens": tokens.all_input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.all_input + tokens.output,
        "prompt_tokens_details": {"cached_tokens": tokens.cache_read},
    }


def _tier(call: Call) -> dict[str, str]:
    return {"service_tier": call.prompt.tier} if call.prompt.tier else {}
