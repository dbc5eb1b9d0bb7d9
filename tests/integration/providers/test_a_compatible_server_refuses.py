"""Errors as servers send them, over the wire: each ends as an error of the family with its cause.

The bodies are those of public issues of vLLM, Ollama, llama.cpp, LiteLLM, OpenAI, Text Generation Inference
and xAI; which text means what is tested with errors.toml, here it is whether each body is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from feedback.providers.base import (
    AccountRefused,
    Event,
    Exhausted,
    FieldRefused,
    ProviderError,
    Rejected,
    Throttled,
    TimedOut,
    Unavailable,
)
from tests.chat_answers import called, chunk
from tests.chat_server import ChatServer, Head, Reset, Step, event, reply, stream

Ask = Callable[[Sequence[Step]], list[Event]]
TPM = "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29937, Requested 385."
TPD = "Rate limit reached for gpt-4o on tokens per day (TPD): Limit 90000, Used 89990, Requested 385."
LARGE = "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 31538."
LONG = "This model's maximum context length is 2048 tokens. However, you requested 2723 tokens."
TEMPERATURE = "Unsupported value: 'temperature' does not support 0.2 with this model."


def openai(message: str, code: str | int | None = None, type_: str = "invalid_request_error") -> object:
    return {"error": {"message": message, "type": type_, "param": None, "code": code}}


# what the server sends → the family, its cause
MOMENT: dict[str, tuple[list[Step], type[ProviderError], str]] = {
    "OpenAI: too many tokens": (
        reply(429, openai(TPM, "rate_limit_exceeded", "tokens")), Throttled, "throttled",
    ),
    "OpenAI: the day's tokens": (
        reply(429, openai(TPD, "rate_limit_exceeded", "tokens")), Exhausted, "daily_quota",
    ),
    "LiteLLM: codes as strings, None as a word": (
        reply(429, openai("litellm.RateLimitError: slow down", "429", "None")), Throttled, "throttled",
    ),
    "Ollama: the queue is full, in its own form": (
        reply(503, {"error": "server busy, please try again.  maximum pending requests exceeded"}),
        Unavailable, "overloaded",
    ),
    "Ollama: the queue is full, with a 500": (
        reply(500, openai("no slots available after 10 retries", None, "api_error")),
        Unavailable, "overloaded",
    ),
    "llama.cpp: loading": (
        reply(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}),
        Unavailable, "not_ready",
    ),
    "TGI: a name beside the text": (
        reply(429, {"error": "Model is overloaded", "error_type": "overloaded"}), Unavailable, "overloaded",
    ),
    "vLLM: no error key": (
        reply(500, {"object": "error", "message": "Oops", "type": "InternalServerError", "code": 500}),
        Unavailable, "unavailable",
    ),
    "a proxy's page": (
        [Head(502, {"Content-Type": "text/html"}, b"<html>Bad Gateway</html>")], Unavailable, "unavailable",
    ),
    "a proxy that waited too long": (reply(504, ""), TimedOut, "timed_out"),
    "an empty body": (reply(503, ""), Unavailable, "unavailable"),
    "vLLM: an error in the stream": (
        stream(chunk({}), called("{"), openai("EngineCore failed", 500, "InternalServerError")),
        Unavailable, "unavailable",
    ),
    "vLLM: an error in the stream, without the key": (
        stream(chunk({}), {"object": "error", "message": "slow", "type": "RateLimitError", "code": 429}),
        Throttled, "throttled",
    ),
    "an error in the stream as a string": (
        stream({"error": "server busy, please try again"}), Unavailable, "overloaded",
    ),
    "an error in place of a stream, with a 200": (
        reply(200, {"error": {"code": 503, "message": "Loading model"}}), Unavailable, "not_ready",
    ),
    "a reset in the middle": ([Head(), event(chunk({})), Reset()], Unavailable, "cut"),
}  # fmt: skip
REQUEST: dict[str, tuple[list[Step], type[ProviderError], str]] = {
    "vLLM: too long": (
        reply(400, {"object": "error", "message": LONG, "type": "BadRequestError", "code": 400}),
        Rejected, "too_long",
    ),
    "llama.cpp: too long, as an error of the server": (
        reply(500, openai("Context size has been exceeded.", None, "server_error")), Rejected, "too_long",
    ),
    "textgen: too long, with a 200": (
        reply(200, openai("the request exceeds the available context size", 400, "server_error")),
        Rejected, "too_long",
    ),
    "OpenAI: one request above a minute's tokens": (
        reply(429, openai(LARGE, "rate_limit_exceeded", "tokens")), Rejected, "too_long",
    ),
    "OpenAI: filtered": (reply(400, openai("No.", "content_policy_violation")), Rejected, "filtered"),
    "FastAPI: a field that is not right": (
        reply(422, {"detail": [{"loc": ["body", "seed"], "msg": "not a number", "input": "Some text."}]}),
        Rejected, "invalid_request",
    ),
}  # fmt: skip
ACCOUNT: dict[str, tuple[list[Step], type[ProviderError], str]] = {
    "OpenAI: key": (
        reply(401, openai("Incorrect API key provided: sk-abc***xyz.", "invalid_api_key")),
        AccountRefused, "credentials_unknown",
    ),
    "vLLM: key": (reply(401, {"error": "Unauthorized"}), AccountRefused, "credentials_unknown"),
    "OpenAI: credit": (
        reply(429, openai("You exceeded your current quota.", "insufficient_quota", "insufficient_quota")),
        AccountRefused, "billing",
    ),
    "LiteLLM: budget": (
        reply(400, openai("Budget has been exceeded! Current cost: 2", "400", "budget_exceeded")),
        AccountRefused, "billing",
    ),
    "LiteLLM: a message that is an object (#8821)": (
        reply(400, {"error": {"message": {"error": "Invalid model name passed in model=m."}}}),
        AccountRefused, "model_unknown",
    ),
    "LiteLLM: a key, where it keeps none (#12273)": (
        reply(400, openai("No connected db.", "400", "no_db_connection")),
        AccountRefused, "credentials_unknown",
    ),
    "Ollama: not pulled": (
        reply(404, openai('model "llama9" not found, try pulling it first', None, "api_error")),
        AccountRefused, "model_unknown",
    ),
    "vLLM: no such model": (
        reply(404, {"object": "error", "message": "The model `m` does not exist.", "type": "NotFoundError"}),
        AccountRefused, "model_unknown",
    ),
    "FastAPI: no such path": (reply(404, {"detail": "Not Found"}), AccountRefused, "address"),
    "a redirect": (reply(308, "", {"Location": "http://127.0.0.1:1/v1"}), AccountRefused, "address"),
    "a list, as Gemini's gateway sends it": (
        reply(400, [openai("API key not valid.", "invalid_api_key")]), AccountRefused, "credentials_unknown",
    ),
    "OpenAI: the longest answer by another name": (
        reply(400, openai("Unsupported parameter: 'max_tokens' is not supported.", "unsupported_parameter")),
        AccountRefused, "field_refused",
    ),
}  # fmt: skip
FIELDS: dict[str, tuple[list[Step], str]] = {
    "OpenAI": (reply(400, openai(TEMPERATURE, "unsupported_value")), "temperature"),
    "DeepSeek": (reply(400, openai("deepseek-reasoner does not support this tool_choice")), "tool_choice"),
    "xAI": (
        reply(400, {
            "code": "Client specified an invalid argument",
            "error": "Invalid request content: `strict` mode on function call is currently not supported.",
        }),
        "strict",
    ),
    "LiteLLM": (
        reply(400, {"message": "ollama does not support parameters: ['response_format'], for model=m."}),
        "output_config",
    ),
}  # fmt: skip


def refusal(ask: Ask, script: Sequence[Step]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ask(script)
    return caught.value


CASES = MOMENT | REQUEST | ACCOUNT


@pytest.mark.parametrize(("script", "family", "cause"), CASES.values(), ids=CASES)
def test_an_error_is_read_from_any_body(
    ask: Ask, script: list[Step], family: type[ProviderError], cause: str
) -> None:
    error = refusal(ask, script)
    assert (type(error), error.cause) == (family, cause)
    assert error.reply is not None
    assert error.reply.service == "openai"


@pytest.mark.parametrize(("script", "setting"), FIELDS.values(), ids=FIELDS)
def test_a_setting_that_is_refused_is_named(ask: Ask, script: list[Step], setting: str) -> None:
    error = refusal(ask, script)
    assert isinstance(error, FieldRefused)
    assert error.setting == setting


def test_what_is_not_known_keeps_its_words_for_an_operator(ask: Ask) -> None:
    error = refusal(ask, reply(400, openai("The moon is in the wrong house.", "moon_phase")))
    assert error.known is False
    assert error.reply is not None
    assert (error.reply.code, error.reply.status) == ("moon_phase", 400)
    assert error.reply.text == "The moon is in the wrong house."


def test_what_a_server_echoes_of_the_text_stays_out_of_the_error(ask: Ask) -> None:
    reported = (
        "[{'type': 'missing', 'loc': ('body', 'x'), 'msg': 'Field required', 'input': {'a': 'Some text.'}}]"
    )
    for body in (openai(reported), REQUEST["FastAPI: a field that is not right"][0]):
        script = body if isinstance(body, list) else reply(400, body)
        error = refusal(ask, script)
        assert error.reply is not None
        assert "Some text." not in f"{error} {error.reply}"


def test_a_page_of_another_program_stays_out_of_the_error(ask: Ask) -> None:
    error = refusal(ask, [Head(403, {"Content-Type": "text/html"}, b"<html>Hello Ms Miller</html>")])
    assert "Miller" not in str(error)


def test_a_redirect_is_not_followed(ask: Ask, server: ChatServer) -> None:
    refusal(ask, reply(307, "", {"Location": f"{server.url}/elsewhere"}))
    assert [each.target for each in server.received] == ["/v1/chat/completions"]


def test_a_call_is_made_once_whatever_comes_back(ask: Ask, server: ChatServer) -> None:
    refusal(ask, reply(500, openai("Oops"), {"x-should-retry": "true"}))
    assert len(server.received) == 1
