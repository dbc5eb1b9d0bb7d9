"""The same answer as models really hand it over, every end that it may have, and usage that is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from feedback.development.simulator import Simulator
from feedback.development.simulator.account.modelled import StopReason
from feedback.development.simulator.writing.dressing import Dress

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

Arguments = Callable[..., dict[str, Any]]
SCHEMA = {
    "type": "object",
    "properties": {
        "verdict": {"enum": ["good", "bad"]},
        "points": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}},
    },
    "required": ["verdict", "points"],
}
TOOLS = {"tools": [{"toolSpec": {"name": "review", "inputSchema": {"json": SCHEMA}}}]}
FORCED = {**TOOLS, "toolChoice": {"any": {}}}
OUTPUT = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": json.dumps(SCHEMA)}}}}


def valid(value: Any) -> bool:
    return Draft202012Validator(SCHEMA).is_valid(value)


def content(client: BedrockRuntimeClient, arguments: dict[str, Any]) -> list[Any]:
    return list(client.converse(**arguments)["output"]["message"]["content"])


def streamed(client: BedrockRuntimeClient, arguments: dict[str, Any]) -> list[str]:
    """The text of each block, whatever it is."""
    texts: dict[int, str] = {}
    for event in client.converse_stream(**arguments)["stream"]:
        if (delta := event.get("contentBlockDelta")) is not None:
            part = delta["delta"]
            text = part["text"] if "text" in part else part["toolUse"]["input"]
            texts[delta["contentBlockIndex"]] = texts.get(delta["contentBlockIndex"], "") + text
    return [texts[index] for index in sorted(texts)]


@pytest.mark.parametrize("tools", [TOOLS, FORCED, {**TOOLS, "toolChoice": {"tool": {"name": "review"}}}])
def test_a_tool_is_used_by_choice_and_by_force(
    client: BedrockRuntimeClient, converse_arguments: Arguments, tools: dict[str, Any]
) -> None:
    (block,) = content(client, converse_arguments(toolConfig=tools))
    assert valid(block["toolUse"]["input"])


def test_after_the_tools_result_the_answer_is_in_words(
    client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    used = {"toolUse": {"toolUseId": "one", "name": "review", "input": {}}}
    result = {"toolResult": {"toolUseId": "one", "content": [{"text": "Done."}]}}
    asked = converse_arguments(toolConfig=TOOLS)
    asked["messages"] += [{"role": "assistant", "content": [used]}, {"role": "user", "content": [result]}]
    (block,) = content(client, asked)
    assert block["text"]


def test_a_schema_in_the_output_configuration_is_answered_as_text(
    client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    (block,) = content(client, converse_arguments(outputConfig=OUTPUT))
    assert valid(json.loads(block["text"]))


def test_a_schema_that_the_prompt_describes_is_answered_as_text(
    client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    system = [{"text": f"Answer with JSON alone, by this schema: {json.dumps(SCHEMA)}"}]
    (block,) = content(client, converse_arguments(system=system))
    assert valid(json.loads(block["text"]))


@pytest.mark.parametrize("dress", Dress)
def test_a_dress_changes_the_form_and_not_the_substance(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments, dress: Dress
) -> None:
    arguments = converse_arguments(toolConfig=FORCED)
    (plain,) = streamed(client, arguments)
    simulator.change(dress={dress: 1})
    blocks, texts = content(client, arguments), streamed(client, arguments)
    assert undressed(texts, dress) == json.loads(plain)
    as_text = dress in (Dress.FENCE, Dress.TEXT)
    assert all(("text" in block) is as_text for block in blocks)
    assert len(blocks) == len(texts) == (2 if dress is Dress.TWO_CALLS else 1)
    if dress not in (Dress.TEXT, Dress.TWO_CALLS):
        assert texts[0] != plain


def undressed(texts: list[str], dress: Dress) -> Any:
    text = texts[0]
    if dress is Dress.FENCE:
        text = text.partition("```json\n")[2].removesuffix("\n```")
    value = json.loads(text)
    match dress:
        case Dress.STRINGIFIED:
            return {**value, "points": json.loads(value["points"])}
        case Dress.PARAMETERS | Dress.INPUT:
            return value[dress.value]
        case Dress.OTHER_CASE:
            return {**value, "verdict": value["verdict"].lower()}
    return value


@pytest.mark.parametrize("reason", StopReason)
def test_an_answer_may_end_in_every_way_of_the_service_model(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments, reason: StopReason
) -> None:
    length = sum(map(len, streamed(client, converse_arguments())))
    simulator.change(stop_reasons={reason: 1})
    events = list(client.converse_stream(**converse_arguments())["stream"])
    (stop,) = (event["messageStop"] for event in events if "messageStop" in event)
    assert stop["stopReason"] == client.converse(**converse_arguments())["stopReason"] == reason
    whole = reason in (StopReason.END_TURN, StopReason.TOOL_USE)
    assert (sum(map(len, streamed(client, converse_arguments()))) == length) is whole


def test_a_stop_sequence_of_the_request_ends_the_answer(
    client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    (block,) = content(client, converse_arguments())
    word = block["text"].split()[6]
    answer = client.converse(**converse_arguments(inferenceConfig={"stopSequences": [word]}))
    assert answer["stopReason"] == "stop_sequence"
    assert word not in answer["output"]["message"]["content"][0]["text"]


def test_usage_may_be_missing_or_the_whole_metadata(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(malformed={"no_usage": 1})
    *_, last = client.converse_stream(**converse_arguments())["stream"]
    metadata: Any = last["metadata"]
    whole: Any = client.converse(**converse_arguments())
    assert "usage" not in metadata
    assert "usage" not in whole
    simulator.change(malformed={"no_metadata": 1})
    *_, last = client.converse_stream(**converse_arguments())["stream"]
    assert "messageStop" in last


@pytest.mark.parametrize("fault", ["truncated", "garbage", "schema", "broken_quote"])
def test_an_answer_to_a_clients_own_schema_may_be_damaged(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments, fault: str
) -> None:
    simulator.change(malformed={fault: 1})
    (text,) = streamed(client, converse_arguments(toolConfig=FORCED))
    try:
        damaged = not valid(json.loads(text))
    except ValueError:
        damaged = True
    assert damaged


def test_a_guardrail_stops_what_it_is_set_against(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(blocked_words=["uniforms"])
    guardrail = {"guardrailIdentifier": "abc123", "guardrailVersion": "1", "trace": "enabled"}
    answer = client.converse(**converse_arguments(guardrailConfig=guardrail, toolConfig=FORCED))
    assert answer["stopReason"] == "guardrail_intervened"
    assert answer["output"]["message"]["content"] == [
        {"text": "Sorry, the model cannot answer this question."}
    ]
    words = answer["trace"]["guardrail"]["inputAssessment"]["abc123"]["wordPolicy"]
    assert words["customWords"][0]["action"] == "BLOCKED"
    assert client.converse(**converse_arguments())["stopReason"] == "end_turn"
