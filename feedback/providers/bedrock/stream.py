"""From the events of a ConverseStream response to the provider's events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..answering.answer import read_answer
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

CUT_OFF = "max_tokens"  # the stop reason of an answer that was longer than allowed
# Stop reasons behind which there is no answer, and would be none the next time either.
BLOCKED = frozenset({"guardrail_intervened", "content_filtered", "refusal", "model_context_window_exceeded"})


def read_events(events: Iterable[Mapping[str, Any]], request: Request, model: str) -> Iterator[Event]:
    """Accepted at the first event, a Delta for each fragment, Finished after the last one.

    The stream is read to its end before the answer is judged: usage comes last, and is owed in any case.
    """
    fragments: list[str] = []
    stop_reason, usage = "", TokenUsage()
    accepted = False
    for event in events:
        if not accepted:
            accepted = True
            yield Accepted()
        match event:
            case {"contentBlockDelta": {"delta": {"toolUse": {"input": str(fragment)}}}} if fragment:
                fragments.append(fragment)
                yield Delta(fragment)
            case {"messageStop": {"stopReason": str(reason)}}:
                stop_reason = reason
            case {"metadata": {"usage": counts}}:
                usage = _usage(counts)
    yield _finish("".join(fragments), stop_reason, usage, request, model)


def _finish(answer: str, stop_reason: str, usage: TokenUsage, request: Request, model: str) -> Finished:
    if not stop_reason:
        raise Unavailable("The answer broke off before its end.")
    if stop_reason in BLOCKED:
        raise Rejected(f"The model gave no answer: {stop_reason}.", usage=usage)
    try:
        output = read_answer(answer, request, usage)
    except MalformedAnswer as error:
        if stop_reason == CUT_OFF:
            raise Truncated(f"{Truncated.__doc__} Nothing in it is whole.", usage=usage) from error
        raise
    return Finished(output, usage, model, stop_reason)


def _usage(counts: Mapping[str, int]) -> TokenUsage:
    return TokenUsage(
        input_tokens=counts.get("inputTokens", 0),
        output_tokens=counts.get("outputTokens", 0),
        cache_read_tokens=counts.get("cacheReadInputTokens", 0),
        cache_write_tokens=counts.get("cacheWriteInputTokens", 0),
    )
