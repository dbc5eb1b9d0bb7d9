"""The chunks of a chat completion, as the servers that have one send them."""

from __future__ import annotations

import json
from typing import Any

ANSWER = {
    "summary": "Good.",
    "strengths": [],
    "next_steps": [],
    "comments": [
        {"kind": "style", "quote": "Some", "message": "Which?", "suggestion": "", "criterion": ""},
    ],
    "levels": [],
}
ANSWER_TEXT = json.dumps(ANSWER)
HALVES = ANSWER_TEXT[:30], ANSWER_TEXT[30:]
USAGE = {"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70}


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One chunk of the one choice."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **more}


def called(arguments: object, **call: Any) -> dict[str, Any]:
    """A chunk with a fragment of a tool call's input."""
    function = {"arguments": arguments, **call.pop("function", {})}
    return chunk({"tool_calls": [{"index": 0, **call, "function": function}]})


def usage(**changes: Any) -> dict[str, Any]:
    """The chunk that comes last where usage was asked for: it has no choice."""
    return {"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": {**USAGE, **changes}}


def by_tool(finish: str = "tool_calls") -> list[dict[str, Any]]:
    """A whole answer as OpenAI sends it for a forced tool."""
    begin = chunk({"role": "assistant", "content": None})
    named = called("", id="call_1", type="function", function={"name": "give_feedback"})
    return [begin, named, *(called(half) for half in HALVES), chunk({}, finish), usage()]


def by_text(finish: str = "stop", text: tuple[str, ...] = HALVES) -> list[dict[str, Any]]:
    """A whole answer in text."""
    begin = chunk({"role": "assistant", "content": ""})
    return [begin, *(chunk({"content": each}) for each in text), chunk({}, finish), usage()]
