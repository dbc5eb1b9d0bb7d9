"""The chat-completions API over plain HTTP. Foreign clients of it are in tests/foreign."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from feedback.development.simulator import Simulator

SCHEMA = {
    "type": "object",
    "properties": {"points": {"type": "integer"}, "verdict": {"enum": ["good", "bad"]}},
    "required": ["points", "verdict"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "review", "parameters": SCHEMA}}
BY_SCHEMA = {"type": "json_schema", "json_schema": {"name": "review", "schema": SCHEMA, "strict": True}}


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self.text = response.read().decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def events(self) -> list[Any]:
        """Of a stream, without its last word."""
        lines = [line.removeprefix("data: ") for line in self.text.split("\n\n") if line]
        return [json.loads(line) for line in lines if line != "[DONE]"]


def request(
    simulator: Simulator, method: str, path: str, body: object = None, key: str | None = "key"
) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(simulator.url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def chat(simulator: Simulator, **more: Any) -> Answer:
    message = {"role": "user", "content": "Uniforms are useful, because they are cheap."}
    asked = {"model": "local", "messages": [message], "max_tokens": 1000, **more}
    return request(simulator, "POST", "/v1/chat/completions", asked)


def test_an_answer_in_one_piece(simulator: Simulator) -> None:
    answer = chat(simulator).json
    assert answer["object"] == "chat.completion"
    (choice,) = answer["choices"]
    assert choice["finish_reason"] == "stop"
    assert len(choice["message"]["content"].split()) > 10
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_a_stream_of_the_same_with_usage_where_it_is_asked_for(simulator: Simulator) -> None:
    whole = chat(simulator).json
    streamed = chat(simulator, stream=True, stream_options={"include_usage": True})
    assert streamed.headers["content-type"] == "text/event-stream"
    assert streamed.text.endswith("data: [DONE]\n\n")
    *chunks, last = streamed.events
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert text == whole["choices"][0]["message"]["content"]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert last["choices"] == []
    assert last["usage"] == whole["usage"]
    assert all("usage" not in event for event in chat(simulator, stream=True).events)


@pytest.mark.parametrize("choice", ["auto", "required", {"type": "function", "function": {"name": "review"}}])
def test_a_tool_is_called_with_what_its_schema_asks(simulator: Simulator, choice: object) -> None:
    (whole,) = chat(simulator, tools=[TOOL], tool_choice=choice).json["choices"]
    assert whole["finish_reason"] == "tool_calls"
    (call,) = whole["message"]["tool_calls"]
    assert call["function"]["name"] == "review"
    Draft202012Validator(SCHEMA).validate(json.loads(call["function"]["arguments"]))
    events = chat(simulator, tools=[TOOL], tool_choice=choice, stream=True).events
    parts = [part for event in events for part in event["choices"][0]["delta"].get("tool_calls", [])]
    assert parts[0]["function"]["name"] == "review"
    assert "".join(part["function"]["arguments"] for part in parts) == call["function"]["arguments"]


def test_without_a_choice_of_tools_the_answer_is_text(simulator: Simulator) -> None:
    (choice,) = chat(simulator, tools=[TOOL], tool_choice="none").json["choices"]
    assert choice["message"]["content"]


def test_a_response_format_is_kept(simulator: Simulator) -> None:
    by_schema = chat(simulator, response_format=BY_SCHEMA).json["choices"][0]["message"]["content"]
    Draft202012Validator(SCHEMA).validate(json.loads(by_schema))
    free = chat(simulator, response_format={"type": "json_object"}).json["choices"][0]["message"]["content"]
    assert isinstance(json.loads(free), dict)


def test_two_calls_and_a_length_have_their_reasons(simulator: Simulator) -> None:
    assert chat(simulator, max_tokens=5).json["choices"][0]["finish_reason"] == "length"
    simulator.change(dress={"two_calls": 1})
    calls = chat(simulator, tools=[TOOL]).json["choices"][0]["message"]["tool_calls"]
    assert len(calls) == 2


def test_a_quota_shows_in_the_headers_and_then_refuses(simulator: Simulator) -> None:
    assert not [name for name in chat(simulator).headers if name.startswith("x-ratelimit")]
    simulator.change(quota={"requests_per_minute": 2, "tokens_per_minute": 100_000}, speed=1e-3)
    headers = chat(simulator).headers
    assert headers["x-ratelimit-limit-requests"] == "2"
    assert headers["x-ratelimit-remaining-requests"] == "1"
    assert int(headers["x-ratelimit-remaining-tokens"]) < 100_000
    assert headers["x-ratelimit-reset-requests"].endswith("s")
    chat(simulator)
    refused = chat(simulator)
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["x-ratelimit-remaining-requests"] == "0"
    assert refused.json["error"]["code"] == "rate_limit_exceeded"
    simulator.change(retry_after=7, errors={"ServiceUnavailableException": 1}, quota={},
                     retry_after_on=["ServiceUnavailableException"])  # fmt: skip
    unavailable = chat(simulator)
    assert (unavailable.status, unavailable.headers["retry-after"]) == (503, "7")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"errors": {"InternalServerException": 1}}, 500, None),
        ({"errors": {"ModelTimeoutException": 1}}, 504, "timeout"),
        ({"situations": {"expired_token": 1}}, 401, "invalid_api_key"),
        ({"unknown_models": ["local"]}, 404, "model_not_found"),
        ({"denied_models": ["local"]}, 403, None),
        ({"quota": {"tokens_per_day": 0}}, 429, "insufficient_quota"),
        ({"outage": "unavailable"}, 503, "service_unavailable"),
    ],
)
def test_errors_have_the_forms_of_that_api(
    simulator: Simulator, changes: dict[str, Any], status: int, code: str | None
) -> None:
    simulator.change(**changes)
    answer = chat(simulator)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"].keys() == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("ability", "asked", "parameter"),
    [
        ({"temperature": False}, {"temperature": 0.2}, "temperature"),
        ({"tools": False}, {"tools": [TOOL]}, "tools"),
        ({"forced_tool": False}, {"tools": [TOOL], "tool_choice": "required"}, "tool_choice"),
        ({"json_schema": False}, {"response_format": BY_SCHEMA}, "response_format"),
        ({"effort": False}, {"reasoning_effort": "low"}, "reasoning_effort"),
        ({"tiers": []}, {"service_tier": "flex"}, "service_tier"),
        ({"longest_answer": 999}, {}, "max_tokens"),
        ({"context": 3}, {}, "messages"),
        ({}, {"tool_choice": "sometimes", "tools": [TOOL]}, None),
        ({}, {"max_tokens": 0}, "max_tokens"),
    ],
)
def test_what_the_server_does_not_take_is_named(
    simulator: Simulator, ability: dict[str, Any], asked: dict[str, Any], parameter: str | None
) -> None:
    simulator.change(models={"local": ability})
    answer = chat(simulator, **asked)
    assert answer.status == 400
    assert parameter is None or answer.json["error"]["param"] == parameter


def test_an_error_in_a_stream_is_an_event(simulator: Simulator) -> None:
    simulator.change(stream_errors={"internalServerException": 1})
    answer = chat(simulator, stream=True)
    assert answer.status == 200
    assert answer.events[-1]["error"]["type"] == "server_error"


def test_usage_may_be_missing(simulator: Simulator) -> None:
    simulator.change(malformed={"no_usage": 1})
    assert "usage" not in chat(simulator).json
    streamed = chat(simulator, stream=True, stream_options={"include_usage": True})
    assert all("usage" not in event for event in streamed.events)


def test_a_key_is_needed_and_may_expire(simulator: Simulator) -> None:
    for key in (None, "OLD"):
        simulator.change(expired_keys=["OLD"])
        answer = request(simulator, "GET", "/v1/models", key=key)
        assert (answer.status, answer.json["error"]["code"]) == (401, "invalid_api_key")


def test_models_are_listed(simulator: Simulator) -> None:
    assert [model["id"] for model in request(simulator, "GET", "/v1/models").json["data"]] == ["simulated"]
    simulator.change(models={"a": {"context": 8192}, "b*": {}}, unknown_models=["c"])
    (only,) = request(simulator, "GET", "/v1/models").json["data"]
    assert (only["id"], only["max_model_len"]) == ("a", 8192)
    assert request(simulator, "GET", "/v1/models/a").json["id"] == "a"
    assert request(simulator, "GET", "/v1/models/c").status == 404
    assert request(simulator, "GET", "/v1/elsewhere").status == 404
