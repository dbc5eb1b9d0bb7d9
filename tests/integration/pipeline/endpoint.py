"""Bedrock's client as far as the provider uses it: it keeps what it was sent, and answers in its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from feedback.providers.base import SectionRequest
from feedback.providers.prompting.schema import TOOL
from tests.factories.providers import an_answer

USAGE = {"inputTokens": 900, "outputTokens": 100, "totalTokens": 1_000}


class Stream(list[dict[str, Any]]):
    def close(self) -> None:
        """As botocore's has it."""


@dataclass
class Endpoint:
    """Each answer but the first `broken` is whole; its last event, with the usage, comes where it shall."""

    with_usage: bool = True
    broken: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)

    def converse_stream(self, **arguments: Any) -> dict[str, Any]:
        self.asked.append(arguments)
        answer = an_answer(SectionRequest(text="Template")).model_dump_json()
        if len(self.asked) <= self.broken:
            answer = '{"summary": 7'
        events: list[dict[str, Any]] = [
            {"messageStart": {"role": "assistant"}},
            {"contentBlockStart": {"contentBlockIndex": 0, "start": {"toolUse": {"name": TOOL}}}},
            {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"toolUse": {"input": answer}}}},
            {"contentBlockStop": {"contentBlockIndex": 0}},
            {"messageStop": {"stopReason": "tool_use"}},
        ]
        return {"stream": Stream([*events, *([{"metadata": {"usage": USAGE}}] if self.with_usage else [])])}
