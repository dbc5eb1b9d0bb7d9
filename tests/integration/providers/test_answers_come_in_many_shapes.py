"""What servers make of the API: every shape of an answer that public issues report is read once, as it is.

The servers and issues stand beside the cases.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from feedback.providers.base import (
    Accepted,
    Call,
    Delta,
    Event,
    Finished,
    MalformedAnswer,
    ProviderError,
    Rejected,
    Truncated,
    Unavailable,
)
from feedback.providers.openai_compatible import CompatibleSettings
from feedback.providers.openai_compatible.provider import CompatibleProvider
from tests.chat_answers import ANSWER, ANSWER_TEXT, HALVES, by_text, by_tool, called, chunk, usage
from tests.chat_server import (
    DONE,
    EVENTS,
    ChatServer,
    Finish,
    Hang,
    Head,
    Reset,
    Send,
    Step,
    event,
    reply,
    stream,
)

from .conftest import REQUEST

Ask = Callable[[Sequence[Step]], list[Event]]

NAMED = {"name": "give_feedback"}
BEGIN = chunk({"role": "assistant"})


def frames(*chunks: object) -> list[Step]:
    return [each if isinstance(each, Step) else event(each) for each in chunks]


SHAPES: dict[str, list[Step]] = {
    "OpenAI, a forced tool: ends with stop": stream(*by_tool("stop")),
    "OpenAI and vLLM, a tool that was offered: ends with tool_calls": stream(*by_tool("tool_calls")),
    "a text that fits a schema": stream(*by_text()),
    "Ollama: the whole input in one piece, finish_reason stop (#7963)": stream(
        called(ANSWER_TEXT, id="call_1", function=NAMED), chunk({}, "stop"), usage()
    ),
    "Ollama: no index at all (#7881)": stream(
        chunk({"tool_calls": [{"id": "c", "function": {**NAMED, "arguments": ANSWER_TEXT}}]}),
        chunk({}, "tool_calls"), usage(),
    ),
    "LiteLLM before Ollama: the input as an object (#37792)": stream(
        called(ANSWER, function=NAMED), chunk({}, "stop"), usage()
    ),
    "vLLM: another id with each fragment (#23522)": stream(
        *(called(half, id=f"call_{half[:3]}", function=NAMED) for half in HALVES), chunk({}, "stop"), usage()
    ),
    "vLLM: an empty list of tool calls beside the text": stream(
        BEGIN, *(chunk({"content": half, "tool_calls": []}) for half in HALVES), chunk({}, "stop"), usage()
    ),
    "two calls, both of index 0 (lmdeploy #3412)": stream(
        called(ANSWER_TEXT, function=NAMED), called(ANSWER_TEXT, function=NAMED), chunk({}, "stop"), usage()
    ),
    "two calls without an index": stream(
        chunk({"tool_calls": [{"function": {**NAMED, "arguments": "{}"}}]}),
        chunk({"tool_calls": [{"function": {**NAMED, "arguments": ANSWER_TEXT}}]}),
        chunk({}, "stop"), usage(),
    ),
    "function_call, from before there were tools": stream(
        *(chunk({"function_call": {**NAMED, "arguments": half}}) for half in HALVES),
        chunk({}, "function_call"),
    ),
    "Mistral: the text as a list of parts, thinking among them": stream(
        chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "{}"}]}]}),
        chunk({"content": [{"type": "text", "text": ANSWER_TEXT}]}), chunk({}, "stop"), usage(),
    ),
    "DeepSeek, vLLM: reasoning_content beside the answer": stream(
        chunk({"reasoning_content": '{"summary": "draft"}', "content": None}),
        chunk({"reasoning": "Hm.", "content": ""}), *by_text(),
    ),
    "thinking in the text itself": stream(
        *by_text(text=('<think>\nA draft: {"summary": "Bad.", "comments": []}', "\n</think>\n", ANSWER_TEXT))
    ),
    "thinking whose beginning stood in the template (DeepSeek R1)": stream(
        *by_text(text=('A draft: {"summary": "Bad.", "comments": []}\n</think>\n', ANSWER_TEXT))
    ),
    "a fence around the answer": stream(*by_text(text=(f"Here it is:\n```json\n{ANSWER_TEXT}\n```",))),
    "Azure: a first chunk without choices": stream({"choices": [], "prompt_filter_results": []}, *by_tool()),
    "choices and delta are null": stream({"choices": None}, {"choices": [{"delta": None}]}, *by_tool()),
    "vLLM: usage is null in each chunk": stream(*(each | {"usage": each.get("usage")} for each in by_tool())),
    "a chunk that is no object": stream("[]", "null", *by_tool()),
    "comments and empty events that keep a connection open": stream(
        Send(b": OPENROUTER PROCESSING\n\n"), Send(b"event: ping\ndata:\n\n"), *by_tool()
    ),
    "lines that end with CR LF": stream(
        *(Send(f"data: {json.dumps(each)}\r\n\r\n".encode()) for each in by_tool())
    ),
    "a stream that closes without [DONE]": [Head(), *frames(*by_tool()), Finish()],
    "a stream that never closes after [DONE]": [Head(), *frames(*by_tool()), Send(DONE), Hang()],
    "vllm-mlx: no [DONE], and the connection stays open (#101)": [Head(), *frames(*by_tool()), Hang()],
    "a reset before [DONE]": [Head(), *frames(*by_tool()), Reset()],
    "a reset after [DONE]": [Head(), *frames(*by_tool()), Send(DONE), Reset()],
    "usage, and no reason why it ended": stream(BEGIN, called(ANSWER_TEXT), usage()),
    "a whole answer in place of a stream": reply(
        200, {"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": ANSWER_TEXT}}]}
    ),
    "an answer of its own for a second choice": stream(
        {"choices": [{"index": 1, "delta": {"content": "{}"}, "finish_reason": "length"}]}, *by_text()
    ),
}  # fmt: skip


@pytest.mark.parametrize("script", SHAPES.values(), ids=SHAPES)
def test_the_answer_is_read(ask: Ask, script: list[Step]) -> None:
    first, *_, last = ask(script)
    assert isinstance(first, Accepted)
    assert isinstance(last, Finished)
    assert last.output.summary == "Good."
    assert [comment.message for comment in last.output.comments] == ["Which?"]
    assert last.stop_reason != "max_tokens"


def test_a_page_sees_the_answer_as_it_is_written(ask: Ask) -> None:
    events = ask(stream(*by_tool()))
    assert [each.text for each in events if isinstance(each, Delta)] == list(HALVES)


def test_a_page_sees_no_reasoning(ask: Ask) -> None:
    events = ask(stream(chunk({"reasoning_content": "They are wrong."}), *by_text()))
    assert "".join(each.text for each in events if isinstance(each, Delta)) == ANSWER_TEXT


def refusal(ask: Ask, script: Sequence[Step]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ask(script)
    return caught.value


NO_ANSWERS: dict[str, tuple[list[Step], type[ProviderError]]] = {
    "only [DONE]: vLLM after an error before the first token (#40986)": (stream(), Unavailable),
    "a stream that breaks off": ([Head(), *frames(BEGIN, called('{"sum')), Finish()], Unavailable),
    "a connection that breaks off": ([Head(), *frames(BEGIN, called('{"sum')), Reset()], Unavailable),
    "a connection that breaks before the headers": ([Reset()], Unavailable),
    "half a chunk": ([Head(), *frames(BEGIN), Send(b'data: {"choices": [\n\n'), Finish()], Unavailable),
    "a server that gave up": (stream(BEGIN, chunk({}, "abort")), Unavailable),
    "DeepSeek: no room": (stream(BEGIN, chunk({}, "insufficient_system_resource")), Unavailable),
    "a filter": (stream(BEGIN, chunk({}, "content_filter")), Rejected),
    "a refusal": (stream(chunk({"refusal": "I can't"}), chunk({}, "stop"), usage()), Rejected),
    "LM Studio: nothing at all, for a text that is too long (#2339)": (
        stream(*by_text(text=())), MalformedAnswer,
    ),
    "words that are no answer": (stream(*by_text(text=("I can't read this.",))), MalformedAnswer),
    "cut off before a comment was whole": (stream(BEGIN, called('{"s'), chunk({}, "length")), Truncated),
    "cut off while it thought": (stream(chunk({"reasoning_content": "Hm"}), chunk({}, "length")), Truncated),
}  # fmt: skip


@pytest.mark.parametrize(("script", "family"), NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_no_answer_says_why(ask: Ask, script: list[Step], family: type[ProviderError]) -> None:
    assert type(refusal(ask, script)) is family


def test_what_a_filter_stopped_is_not_tried_again(ask: Ask) -> None:
    error = refusal(ask, stream(BEGIN, chunk({}, "content_filter"), usage()))
    assert (error.transient, error.cause) == (False, "filtered")
    assert error.usage is not None
    assert error.usage.input_tokens == 50


def test_a_refusal_does_not_repeat_the_models_words(ask: Ask) -> None:
    error = refusal(ask, stream(chunk({"refusal": "About the secret text"}), chunk({}, "stop"), usage()))
    assert "secret" not in str(error)


@pytest.mark.parametrize("reason", ["length", "model_length", "LENGTH"])
def test_an_answer_that_was_cut_off_keeps_what_is_whole_and_says_so(ask: Ask, reason: str) -> None:
    *_, last = ask(stream(BEGIN, called(ANSWER_TEXT[:-20]), chunk({}, reason), usage()))
    assert isinstance(last, Finished)
    assert last.stop_reason == "max_tokens"  # the pipeline's word
    assert len(last.output.comments) == 1


def test_two_calls_are_one_answer_and_the_fuller_one_counts(ask: Ask) -> None:
    short = json.dumps({**ANSWER, "comments": []})
    calls = [
        chunk({"tool_calls": [{"index": number, "function": {**NAMED, "arguments": each}}]})
        for number, each in enumerate((short, ANSWER_TEXT))
    ]
    *_, last = ask(stream(*calls, chunk({}, "tool_calls"), usage()))
    assert isinstance(last, Finished)
    assert len(last.output.comments) == 1


def test_a_page_in_html_where_an_answer_should_be_concerns_the_address(ask: Ask) -> None:
    error = refusal(ask, [Head(200, {"Content-Type": "text/html"}, b"<html>Please sign in</html>")])
    assert type(error).__name__ == "AccountRefused"
    assert (error.cause, error.known) == ("address", True)
    assert "sign in" not in str(error)


@pytest.fixture
def patient(settings: CompatibleSettings) -> Iterator[CompatibleProvider]:
    provider = CompatibleProvider(replace(settings, read_timeout=3600, total_timeout=3600))
    yield provider
    provider.close()


@pytest.mark.parametrize("ending", [[Send(DONE), Hang()], [Hang()]], ids=["after [DONE]", "without [DONE]"])
def test_a_whole_answer_does_not_wait_for_a_server_that_says_nothing_more(
    server: ChatServer, patient: CompatibleProvider, ending: list[Step]
) -> None:
    server.plays([Head(), *frames(*by_tool()), *ending])
    *_, last = patient.stream(REQUEST, Call())
    assert isinstance(last, Finished)
    assert last.usage.measured


def test_a_call_waits_for_the_rest_of_an_answer_that_has_not_ended(
    server: ChatServer, settings: CompatibleSettings
) -> None:
    server.plays([Head(headers=EVENTS), *frames(BEGIN), Hang()])
    error: ProviderError | None = None
    try:
        list(CompatibleProvider(replace(settings, read_timeout=0.5)).stream(REQUEST, Call()))
    except ProviderError as raised:
        error = raised
    assert error is not None
    assert error.cause == "timed_out"
