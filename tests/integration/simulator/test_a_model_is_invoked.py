"""InvokeModel, its stream and CountTokens, by boto3, for a body of Anthropic's Messages API."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EventStreamError

from feedback.development.simulator import Simulator

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = f"eu.{MODEL}"
TOOL = {
    "name": "count",
    "input_schema": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
}


def body(**more: Any) -> bytes:
    asked = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": "Uniforms are useful, because they are cheap."}],
    }
    return json.dumps({**asked, **more}).encode()


def invoke(client: BedrockRuntimeClient, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(
        client.invoke_model(modelId=PROFILE, body=body(**more))["body"].read()
    )
    return answer


def events(client: BedrockRuntimeClient, **more: Any) -> list[dict[str, Any]]:
    answer = client.invoke_model_with_response_stream(modelId=PROFILE, body=body(**more))
    with closing(answer["body"]) as stream:
        return [json.loads(event["chunk"]["bytes"]) for event in stream]


def test_an_answer_is_a_message_of_anthropics(client: BedrockRuntimeClient) -> None:
    message = invoke(client)
    assert message["type"] == "message"
    assert message["content"][0]["type"] == "text"
    assert message["stop_reason"] == "end_turn"
    assert message["usage"]["output_tokens"] > 10


def test_its_stream_has_the_events_of_that_api_in_their_order(client: BedrockRuntimeClient) -> None:
    sent = events(client, tools=[TOOL], tool_choice={"type": "any"})
    kinds = list(dict.fromkeys(event["type"] for event in sent))
    assert kinds == [
        "message_start", "content_block_start", "content_block_delta", "content_block_stop",
        "message_delta", "message_stop",
    ]  # fmt: skip
    written = "".join(e["delta"]["partial_json"] for e in sent if e["type"] == "content_block_delta")
    assert isinstance(json.loads(written)["n"], int)
    metrics = sent[-1]["amazon-bedrock-invocationMetrics"]
    assert metrics["outputTokenCount"] == sent[-2]["usage"]["output_tokens"] > 0


def test_marked_blocks_are_cached_by_their_time_to_live(client: BedrockRuntimeClient) -> None:
    mark = {"type": "ephemeral", "ttl": "1h"}
    system = [{"type": "text", "text": "Many words. " * 600, "cache_control": mark}]
    first, second = (invoke(client, system=system)["usage"] for _ in range(2))
    assert first["cache_creation"]["ephemeral_1h_input_tokens"] > 1024
    assert second["cache_read_input_tokens"] == first["cache_creation_input_tokens"]


def test_what_the_model_cannot_do_is_refused_here_too(
    simulator: Simulator, client: BedrockRuntimeClient
) -> None:
    simulator.change(models={PROFILE: {"temperature": False, "longest_answer": 1500}})
    invoke(client)
    with pytest.raises(client.exceptions.ValidationException, match="deprecated"):
        invoke(client, temperature=0.1)
    with pytest.raises(client.exceptions.ValidationException, match="model limit of 1500"):
        invoke(client, max_tokens=2000)


def test_a_body_of_another_maker_is_refused(client: BedrockRuntimeClient) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="Malformed input request"):
        client.invoke_model(modelId=PROFILE, body=b'{"inputText": "Hello."}')


def test_a_stream_may_end_with_the_error_that_only_this_one_has(
    simulator: Simulator, client: BedrockRuntimeClient
) -> None:
    simulator.change(stream_errors={"modelTimeoutException": 1})
    with pytest.raises(EventStreamError, match="modelTimeoutException"):
        events(client)


def test_the_tier_of_the_headers_is_echoed(client: BedrockRuntimeClient) -> None:
    answer = client.invoke_model(modelId=PROFILE, body=body(), serviceTier="flex")
    answer["body"].read()
    assert answer["serviceTier"] == "flex"


def test_usage_is_in_the_headers_too(client: BedrockRuntimeClient) -> None:
    answer = client.invoke_model(modelId=PROFILE, body=body())
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    usage = json.loads(answer["body"].read())["usage"]
    assert headers["x-amzn-bedrock-input-token-count"] == str(usage["input_tokens"])
    assert headers["x-amzn-bedrock-output-token-count"] == str(usage["output_tokens"])


def test_a_guardrail_intervenes_here_too(simulator: Simulator, client: BedrockRuntimeClient) -> None:
    simulator.change(blocked_words=["cheap"])
    answer = client.invoke_model(
        modelId=PROFILE, body=body(), guardrailIdentifier="abc", guardrailVersion="1"
    )
    assert json.loads(answer["body"].read())["amazon-bedrock-guardrailAction"] == "INTERVENED"


MESSAGES: Any = [{"role": "user", "content": [{"text": "Uniforms are useful."}]}]


def test_tokens_are_counted_as_usage_counts_them(client: BedrockRuntimeClient) -> None:
    counted = client.count_tokens(modelId=MODEL, input={"converse": {"messages": MESSAGES}})
    usage = client.converse(modelId=PROFILE, messages=MESSAGES)["usage"]
    assert counted["inputTokens"] == usage["inputTokens"]
    invoked = client.count_tokens(modelId=MODEL, input={"invokeModel": {"body": body()}})
    assert invoked["inputTokens"] == invoke(client)["usage"]["input_tokens"]


@pytest.mark.parametrize(
    ("counting", "model", "counted"),
    [
        ("model", MODEL, True), ("model", PROFILE, False), ("profile", PROFILE, True), ("none", MODEL, False),
        ("model", f"arn:aws:bedrock:eu-central-1:123456789012:inference-profile/{PROFILE}", False),
    ],
)  # fmt: skip
def test_which_ids_are_counted_is_a_setting(
    simulator: Simulator, client: BedrockRuntimeClient, counting: str, model: str, counted: bool
) -> None:
    simulator.change(models={"*": {"counting": counting}})
    try:
        client.count_tokens(modelId=model, input={"converse": {"messages": MESSAGES}})
        assert counted
    except client.exceptions.ValidationException as error:
        assert "doesn't support counting tokens" in str(error)
        assert not counted
