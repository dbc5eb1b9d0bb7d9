"""boto3 and botocore, with nothing of ours in them, read what the simulator sends."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import botocore.session
import pytest
from botocore.eventstream import EventStreamBuffer
from botocore.model import StructureShape

from feedback.development.simulator import Simulator

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

Arguments = Callable[..., dict[str, Any]]
TOOLS = {
    "tools": [{"toolSpec": {"name": "answer", "inputSchema": {"json": {"type": "object"}}}}],
    "toolChoice": {"tool": {"name": "answer"}},
}
PROFILE = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc123"


def frames(simulator: Simulator, body: dict[str, Any], model: str = "m") -> list[Any]:
    """A stream's frames as botocore's own parser reads them (its stubs are wrong), checksums included."""
    connection = http.client.HTTPConnection(urlsplit(simulator.url).netloc, timeout=60)
    headers = {"Authorization": "AWS4-HMAC-SHA256 anything"}
    connection.request("POST", f"/model/{quote(model, safe='')}/converse-stream", json.dumps(body), headers)
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["content-type"] == "application/vnd.amazon.eventstream"
    buffer = EventStreamBuffer()
    buffer.add_data(response.read())
    connection.close()
    return list(buffer)


def body(**more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"text": "Some words to read."}]}], **more}


def test_every_frame_is_one_that_the_service_model_knows(simulator: Simulator) -> None:
    model = botocore.session.get_session().get_service_model("bedrock-runtime")
    known = model.operation_model("ConverseStream").get_event_stream_output()
    assert isinstance(known, StructureShape)
    sent = frames(simulator, body(toolConfig=TOOLS))
    assert [f.headers[":event-type"] for f in sent if f.headers[":event-type"] != "contentBlockDelta"] == [
        "messageStart", "contentBlockStart", "contentBlockStop", "messageStop", "metadata",
    ]  # fmt: skip
    for message in sent:
        assert message.headers[":message-type"] == "event"
        assert message.headers[":content-type"] == "application/json"
        _check(known.members[message.headers[":event-type"]], json.loads(message.payload))


def _check(shape: Any, value: Any) -> None:
    """Nothing is missing that the shape requires, and nothing is there that it doesn't know."""
    if shape.type_name == "structure":
        assert set(shape.required_members) <= value.keys() <= shape.members.keys()
        for name, member in value.items():
            _check(shape.members[name], member)
    else:
        expected = {"string": str, "integer": int, "long": int}[shape.type_name]
        assert isinstance(value, expected)
        assert value in shape.metadata.get("enum", [value])


def test_a_stream_without_tools_is_text(client: BedrockRuntimeClient, converse_arguments: Arguments) -> None:
    events = list(client.converse_stream(**converse_arguments())["stream"])
    text = "".join(
        e["contentBlockDelta"]["delta"].get("text", "") for e in events if "contentBlockDelta" in e
    )
    assert len(text.split()) > 10
    assert events[-2]["messageStop"]["stopReason"] == "end_turn"


def test_converse_gives_the_same_answer_in_one_piece(
    client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    arguments = converse_arguments(toolConfig=TOOLS)
    events = list(client.converse_stream(**arguments)["stream"])
    streamed = "".join(
        e["contentBlockDelta"]["delta"]["toolUse"]["input"] for e in events if "contentBlockDelta" in e
    )
    whole = client.converse(**arguments)
    block = whole["output"]["message"]["content"][0]["toolUse"]
    assert block["name"] == "answer"
    assert block["input"] == json.loads(streamed)
    assert whole["usage"] == events[-1]["metadata"]["usage"]
    assert whole["stopReason"] == "tool_use"
    assert whole["ResponseMetadata"]["RequestId"]


def test_usage_adds_up(client: BedrockRuntimeClient, converse_arguments: Arguments) -> None:
    usage = client.converse(**converse_arguments())["usage"]
    assert usage["inputTokens"] > 50
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]
    assert usage["cacheReadInputTokens"] == usage["cacheWriteInputTokens"] == 0


def test_a_marked_prompt_is_written_to_the_cache_and_then_read(
    client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    system = [{"text": "Many words of instruction. " * 400}, {"cachePoint": {"type": "default"}}]
    first, second = (client.converse(**converse_arguments(system=system))["usage"] for _ in range(2))
    assert first["cacheWriteInputTokens"] == second["cacheReadInputTokens"] > 1024
    assert first["inputTokens"] == second["inputTokens"] < 500
    assert second["cacheWriteInputTokens"] == 0


def test_max_tokens_cuts_the_answer(client: BedrockRuntimeClient, converse_arguments: Arguments) -> None:
    answer = client.converse(**converse_arguments(inferenceConfig={"maxTokens": 9}))
    assert answer["stopReason"] == "max_tokens"
    assert answer["usage"]["outputTokens"] == 9


@pytest.mark.parametrize("model", ["eu.anthropic.claude-sonnet-4-5-20250929-v1:0", PROFILE])
def test_model_ids_and_profile_arns_arrive_whole(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments, model: str
) -> None:
    client.converse(**converse_arguments(modelId=model))
    assert list(simulator.stats()["left"]) == [model]


def test_a_connection_carries_one_request_after_the_other(
    client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    for _ in range(3):
        list(client.converse_stream(**converse_arguments())["stream"])
        client.converse(**converse_arguments())
    (pool,) = client._endpoint.http_session._manager.pools._container.values()  # type: ignore[attr-defined]
    assert pool.num_connections == 1
