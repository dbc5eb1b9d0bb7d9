"""The provider's events from the chunks of a chat completion."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..answering.collected import Collected
from ..base import (
    Accepted,
    Delta,
    Event,
    Finished,
    MalformedAnswer,
    RateLimits,
    Rejected,
    Request,
    TokenUsage,
    Truncated,
    Unavailable,
)
from .usage import tier_of, usage_in

CUT_OFF = "max_tokens"  # the pipeline's word for an answer that was longer than allowed
# The servers' words for it: OpenAI and most; Mistral; gateways to Anthropic's models.
LONGER = frozenset(("length", "model_length", "max_tokens"))
# Reasons behind which there is no answer, and would be none the next time either.
BLOCKED = frozenset(("content_filter", "safety", "refusal", "guardrail_intervened"))
# The server gave up: vLLM (abort, error), OpenRouter and Mistral (error), DeepSeek, Ollama (load).
GAVE_UP = frozenset(("error", "abort", "insufficient_system_resource", "load"))


def read_events(
    chunks: Iterable[Mapping[str, Any]],
    request: Request,
    model: str,
    *,
    expected: TokenUsage | None = None,
    limits: RateLimits | None = None,
) -> Iterator[Event]:
    """Accepted at the first chunk, a Delta for each fragment, Finished after the last one.

    The stream is read to its end before the answer is judged: usage comes last, and is owed in any case.
    Where it never comes, `expected` (the input that was estimated) and the answer's length stand for it.
    """
    answer = _Answer()
    for number, chunk in enumerate(chunks):
        if number == 0:
            yield Accepted(limits)
        for fragment in answer.add(chunk):
            yield Delta(fragment)
    yield answer.finished(request, model, expected or TokenUsage())


class _Answer:
    """The answer that a stream has brought so far."""

    def __init__(self) -> None:
        self._collected = Collected()
        self._tool = 0  # the number of the call that fragments without a number of their own belong to
        self._reason = ""
        self._refused = False
        self._usage: TokenUsage | None = None
        self._tier = ""

    def add(self, chunk: Mapping[str, Any]) -> list[str]:
        """Take a chunk in; what of it a page may show."""
        self._usage = usage_in(chunk) or self._usage
        self._tier = tier_of(chunk) or self._tier
        shown: list[str] = []
        for choice in _list(chunk.get("choices")):
            match choice:
                case {"index": int(index)} if index:  # one answer was asked for
                    continue
                case {"finish_reason": str(reason)} if reason:
                    self._reason = reason.lower()
            match choice:
                case {"delta": dict(delta)}:
                    shown += self._add(delta)
        return [fragment for fragment in shown if fragment]

    def _add(self, delta: Mapping[str, Any]) -> Iterator[str]:
        """Reasoning (reasoning_content, reasoning, thinking parts) is no part of the answer."""
        self._refused = self._refused or bool(delta.get("refusal"))
        for call in _list(delta.get("tool_calls")):
            if isinstance(call, dict):
                yield self._add_call(call)
        if isinstance(function := delta.get("function_call"), dict):  # as it was before there were tools
            yield self._collected.add_to_tool(0, _arguments(function))
        for text in _texts(delta.get("content")):
            yield self._collected.add_text(text)

    def _add_call(self, call: Mapping[str, Any]) -> str:
        """A fragment of a call; it belongs to the call of its number.

        Not to that of its id: vLLM has sent a new one with each fragment, and others send none. Where there
        is no number either (Gemini's gateway), a name begins a call.
        """
        function = call.get("function")
        if not isinstance(function, dict):
            return ""
        match call.get("index"):
            case int(number):
                self._tool = number
            case _ if function.get("name"):
                self._tool += 1
        return self._collected.add_to_tool(self._tool, _arguments(function))

    def finished(self, request: Request, model: str, expected: TokenUsage) -> Finished:
        """The answer, judged once it is over. Raises ProviderError with what the call has spent."""
        usage = replace(self._usage or self._collected.estimate(expected), tier=self._tier)
        self._check_end(usage)
        longer = self._reason in LONGER
        try:
            output = self._collected.read(request, usage)
        except MalformedAnswer as error:
            if longer:
                raise Truncated(f"{Truncated.__doc__} Nothing in it is whole.", usage=usage) from error
            raise
        return Finished(output, usage, model, CUT_OFF if longer else self._reason or "stop")

    def _check_end(self, usage: TokenUsage) -> None:
        if self._refused or self._reason in BLOCKED:
            why = self._reason if self._reason in BLOCKED else "refusal"
            refused = Rejected(f"The model gave no answer: {why}.", usage=usage)
            refused.cause = "filtered"
            raise refused
        if self._reason in GAVE_UP:
            raise Unavailable(f"The server gave the answer up: {self._reason}.", usage=usage)
        # Usage comes last: a stream that brought it has come to its end, whether it gave a reason or not.
        if not self._reason and self._usage is None:
            raise Unavailable("The answer broke off before its end.", usage=usage)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(content: object) -> Iterator[str]:
    """A fragment of text: as a rule one string, with some servers (Mistral) a list of parts."""
    match content:
        case str():
            yield content
        case list():
            for part in content:
                match part:
                    case {"type": "text", "text": str(text)}:
                        yield text


def _arguments(function: Mapping[str, Any]) -> str:
    """A fragment of a call's input: a string, or with some servers the whole object."""
    match function.get("arguments"):
        case str(text):
            return text
        case dict(whole):
            return json.dumps(whole, ensure_ascii=False)
    return ""
