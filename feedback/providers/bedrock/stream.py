"""The provider's events from those of a ConverseStream response."""

from __future__ import annotations

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
    Rejected,
    Request,
    TokenUsage,
    Truncated,
    Unavailable,
)
from ..bounds import tokens

CUT_OFF = "max_tokens"  # the stop reason of an answer that was longer than allowed
# Stop reasons behind which there is no answer, and would be none the next time either.
BLOCKED = {
    "guardrail_intervened": "filtered",
    "content_filtered": "filtered",
    "refusal": "filtered",
    "model_context_window_exceeded": "too_long",
}


def read_events(
    events: Iterable[Mapping[str, Any]], request: Request, model: str, *, expected: TokenUsage | None = None
) -> Iterator[Event]:
    """Accepted at the first event, a Delta for each fragment, Finished after the last one.

    The stream is read to its end before the answer is judged: usage comes last, and is owed in any case.
    Where it never comes, `expected` (the input that was estimated) and the answer's length stand for it.
    """
    collected = Collected()
    stop_reason, usage = "", None
    accepted = False
    for event in events:
        if not accepted:
            accepted = True
            yield Accepted()
        match event:
            case {"contentBlockDelta": {"contentBlockIndex": int(block), "delta": delta}}:
                if fragment := _add(collected, block, delta):
                    yield Delta(fragment)
            case {"messageStop": {"stopReason": str(reason)}}:
                stop_reason = reason
            case {"metadata": {"usage": dict(counts)} as metadata}:
                usage = _usage(counts, metadata.get("serviceTier", {}).get("type", ""))
    spent = usage or collected.estimate(expected or TokenUsage())
    yield _finish(collected, stop_reason, spent, request, model)


def _add(collected: Collected, block: int, delta: Mapping[str, Any]) -> str:
    match delta:
        case {"toolUse": {"input": str(fragment)}}:
            return collected.add_to_tool(block, fragment)
        case {"text": str(fragment)}:
            return collected.add_text(fragment)
    return ""  # reasoning, signatures and citations are no part of the answer


def _finish(
    collected: Collected, stop_reason: str, usage: TokenUsage, request: Request, model: str
) -> Finished:
    if not stop_reason:
        raise Unavailable("The answer broke off before its end.", usage=usage)
    if cause := BLOCKED.get(stop_reason):
        refused = Rejected(f"The model gave no answer: {stop_reason}.", usage=usage)
        refused.cause = cause
        raise refused
    try:
        output = collected.read(request, usage)
    except MalformedAnswer as error:
        if stop_reason == CUT_OFF:
            raise Truncated(f"{Truncated.__doc__} Nothing in it is whole.", usage=usage) from error
        raise
    return Finished(output, usage, model, stop_reason)


def _usage(counts: Mapping[str, Any], tier: str) -> TokenUsage:
    usage = TokenUsage(
        input_tokens=tokens(counts.get("inputTokens")),
        output_tokens=tokens(counts.get("outputTokens")),
        cache_read_tokens=tokens(counts.get("cacheReadInputTokens")),
        cache_write_tokens=tokens(counts.get("cacheWriteInputTokens")),
        tier=tier,
    )
    kept = [each for each in counts.get("cacheDetails", ()) if each["ttl"] == "1h"]
    for_an_hour = sum(tokens(each["inputTokens"]) for each in kept)
    return replace(usage, cache_write_1h_tokens=for_an_hour)
