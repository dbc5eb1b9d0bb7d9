"""From the service's events to the provider's."""

from __future__ import annotations

from typing import Any

import pytest

from feedback.providers.base import (
    Accepted,
    Delta,
    Finished,
    MalformedAnswer,
    Rejected,
    SectionRequest,
    TokenUsage,
    Unavailable,
)
from feedback.providers.bedrock.stream import read_events

REQUEST = SectionRequest("Some text.")
ANSWER = '{"summary": "Good.", "comments": [{"kind": "style", "quote": "Some", "message": "Which?"}]}'


def events(answer: str = ANSWER, stop_reason: str = "tool_use") -> list[dict[str, Any]]:
    halves = answer[:20], answer[20:]
    return [
        {"messageStart": {"role": "assistant"}},
        {
            "contentBlockStart": {
                "start": {"toolUse": {"toolUseId": "t", "name": "n"}},
                "contentBlockIndex": 0,
            }
        },
        *(
            {"contentBlockDelta": {"delta": {"toolUse": {"input": half}}, "contentBlockIndex": 0}}
            for half in halves
        ),
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": stop_reason}},
        {
            "metadata": {
                "usage": {"inputTokens": 5, "outputTokens": 6, "totalTokens": 11, "cacheReadInputTokens": 2}
            }
        },
    ]


def test_acceptance_comes_first_then_each_fragment_then_the_whole() -> None:
    first, *deltas, last = read_events(events(), REQUEST, "model")
    assert first == Accepted()
    assert deltas == [Delta(ANSWER[:20]), Delta(ANSWER[20:])]
    assert isinstance(last, Finished)
    assert last.output.comments[0].message == "Which?"
    assert last.usage == TokenUsage(input_tokens=5, output_tokens=6, cache_read_tokens=2)
    assert (last.model, last.stop_reason) == ("model", "tool_use")


def test_words_outside_the_tool_are_not_shown_to_anyone() -> None:
    chatty = {"contentBlockDelta": {"delta": {"text": "Let me think."}, "contentBlockIndex": 0}}
    seen = list(read_events([events()[0], chatty, *events()[1:]], REQUEST, "model"))
    assert [event.text for event in seen if isinstance(event, Delta)] == [ANSWER[:20], ANSWER[20:]]


def test_a_stream_that_just_ends_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        list(read_events(events()[:4], REQUEST, "model"))
    with pytest.raises(Unavailable):
        list(read_events([], REQUEST, "model"))


def test_a_truncated_answer_says_that_it_was_truncated() -> None:
    *_, last = read_events(events(ANSWER[:-3], "max_tokens"), REQUEST, "model")
    assert isinstance(last, Finished)
    assert last.stop_reason == "max_tokens"


def test_an_answer_that_a_filter_stopped_will_not_come_with_another_attempt() -> None:
    with pytest.raises(Rejected) as caught:
        list(read_events(events("", "guardrail_intervened"), REQUEST, "model"))
    assert caught.value.usage is not None


def test_what_a_useless_answer_has_cost_is_still_known() -> None:
    with pytest.raises(MalformedAnswer) as caught:
        list(read_events(events("no json"), REQUEST, "model"))
    assert caught.value.usage == TokenUsage(input_tokens=5, output_tokens=6, cache_read_tokens=2)
