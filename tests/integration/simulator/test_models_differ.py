"""What a model can't do is refused at the field, in the words that people have reported."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from feedback.development.simulator import Simulator

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

Arguments = Callable[..., dict[str, Any]]
CLAUDE, LLAMA = "eu.anthropic.claude-opus-4-7", "meta.llama4-maverick-17b-instruct-v1:0"
SPECIFICATION: dict[str, Any] = {"name": "answer", "inputSchema": {"json": {"type": "object"}}}
TOOLS = {"tools": [{"toolSpec": SPECIFICATION}]}
STRICT = {"tools": [{"toolSpec": {**SPECIFICATION, "strict": True}}]}
SCHEMA = {"jsonSchema": {"schema": json.dumps({"type": "object"})}}
CACHED = [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}]
FOR_AN_HOUR = [{"text": "Be brief."}, {"cachePoint": {"type": "default", "ttl": "1h"}}]
FLEX = {"serviceTier": {"type": "flex"}}

CASES = [
    ("temperature", CLAUDE, {"inferenceConfig": {"temperature": 0.2}}, "`temperature` is deprecated"),
    ("temperature", LLAMA, {"inferenceConfig": {"temperature": 0.2}}, "inferenceConfig.temperature field"),
    ("top_p", CLAUDE, {"inferenceConfig": {"topP": 0.9}}, "`top_p` is deprecated"),
    ("tools", LLAMA, {"toolConfig": TOOLS}, "doesn't support tool use"),
    ("forced_tool", CLAUDE, {"toolConfig": {**TOOLS, "toolChoice": {"any": {}}}}, 'type "tool" and "any"'),
    ("forced_tool", LLAMA, {"toolConfig": {**TOOLS, "toolChoice": {"any": {}}}}, "toolConfig.toolChoice.any"),
    ("strict", CLAUDE, {"toolConfig": STRICT}, "tools.0.custom.strict: Extra inputs"),
    ("json_schema", CLAUDE, {"outputConfig": {"textFormat": {"type": "json_schema", "structure": SCHEMA}}},
     "output_config.format"),
    ("effort", CLAUDE, {"outputConfig": {"effort": "low"}}, "output_config.effort"),
    ("cache", LLAMA, {"system": CACHED}, "did not allow prompt caching"),
    ("cache_hour", CLAUDE, {"system": FOR_AN_HOUR}, "cache_control.ephemeral.ttl"),
    ("optimized", CLAUDE, {"performanceConfig": {"latency": "optimized"}}, "Latency performance"),
]  # fmt: skip


@pytest.mark.parametrize(("ability", "model", "changes", "words"), CASES)
def test_a_field_is_refused_by_the_model_that_cannot_take_it_and_by_no_other(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments,
    ability: str, model: str, changes: dict[str, Any], words: str,
) -> None:  # fmt: skip
    simulator.change(models={model: {ability: False}})
    client.converse(**converse_arguments(modelId="another", **changes))
    client.converse(**converse_arguments(modelId=model))
    with pytest.raises(ClientError) as caught:
        client.converse(**converse_arguments(modelId=model, **changes))
    assert words in caught.value.response["Error"]["Message"]


def test_a_pattern_names_many_models(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(models={"*opus-4-7*": {"temperature": False}, "eu.anthropic.claude-opus-4-7": {}})
    arguments = converse_arguments(inferenceConfig={"temperature": 0.2})
    with pytest.raises(ClientError, match="deprecated"):
        client.converse(**{**arguments, "modelId": "us.anthropic.claude-opus-4-7"})
    client.converse(**{**arguments, "modelId": "eu.anthropic.claude-opus-4-7"})  # by its own id


@pytest.mark.parametrize(("tier", "words"), [("reserved", "Reservation not found"), ("flex", "tier flex")])
def test_a_tier_that_the_model_has_not(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments, tier: str, words: str
) -> None:
    simulator.change(models={"*": {"tiers": ["default"]}})
    with pytest.raises(client.exceptions.ValidationException, match=words):
        client.converse(**converse_arguments(serviceTier={"type": tier}))


def test_more_than_the_longest_answer_is_refused(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(models={"*": {"longest_answer": 1999}})
    with pytest.raises(client.exceptions.ValidationException, match="exceeds the model limit of 1999"):
        client.converse(**converse_arguments())
    client.converse(**converse_arguments(inferenceConfig={"maxTokens": 1999}))


def test_a_prompt_fills_the_context_or_leaves_little_room(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    tokens = client.converse(**converse_arguments())["usage"]["inputTokens"]
    simulator.change(models={"*": {"context": tokens + 10}})
    answer = client.converse(**converse_arguments())
    assert answer["stopReason"] == "model_context_window_exceeded"
    assert answer["usage"]["outputTokens"] == 10
    simulator.change(models={"*": {"context": tokens}})
    with pytest.raises(client.exceptions.ValidationException, match="Input is too long"):
        client.converse(**converse_arguments())


def test_only_a_profile_may_be_asked(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(models={"*claude-opus-4-7": {"on_demand": False}})
    with pytest.raises(client.exceptions.ValidationException, match="on-demand throughput"):
        client.converse(**converse_arguments(modelId="anthropic.claude-opus-4-7"))
    client.converse(**converse_arguments(modelId=CLAUDE))
    counted: Any = {"converse": {"messages": converse_arguments()["messages"]}}
    assert client.count_tokens(modelId="anthropic.claude-opus-4-7", input=counted)["inputTokens"] > 0


def test_the_tier_and_the_latency_are_echoed(
    client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    arguments = converse_arguments(**FLEX, performanceConfig={"latency": "optimized"})
    *_, last = client.converse_stream(**arguments)["stream"]
    for echoed in (last["metadata"], client.converse(**arguments)):
        assert echoed["serviceTier"] == {"type": "flex"}
        assert echoed["performanceConfig"] == {"latency": "optimized"}


def test_the_smallest_cached_size_is_the_models(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    system = [{"text": "Many words of instruction. " * 400}, {"cachePoint": {"type": "default"}}]
    simulator.change(models={"*": {"cache_minimum": 4096}})
    assert client.converse(**converse_arguments(system=system))["usage"]["cacheWriteInputTokens"] == 0


def test_what_is_written_to_the_cache_is_reported_by_its_time_to_live(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    long, short = "Many words of instruction. " * 400, "Many words about the course. " * 400
    system = [
        {"text": long}, {"cachePoint": {"type": "default", "ttl": "1h"}},
        {"text": short}, {"cachePoint": {"type": "default"}},
    ]  # fmt: skip
    first = client.converse(**converse_arguments(system=system))["usage"]
    details = {detail["ttl"]: detail["inputTokens"] for detail in first["cacheDetails"]}
    assert set(details) == {"1h", "5m"}
    assert sum(details.values()) == first["cacheWriteInputTokens"]
    again = client.converse(**converse_arguments(system=system))["usage"]
    assert again["cacheReadInputTokens"] == first["cacheWriteInputTokens"]
    assert "cacheDetails" not in again


def test_an_hour_outlives_five_minutes(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    parts = {ttl: [{"text": f"Instructions for {ttl}. " * 400},
                   {"cachePoint": {"type": "default", "ttl": ttl}}] for ttl in ("5m", "1h")}  # fmt: skip
    for system in parts.values():
        client.converse(**converse_arguments(system=system))
    simulator.change(speed=300)
    wait_simulated(simulator, 500)
    simulator.change(speed=0.001)
    read = {ttl: client.converse(**converse_arguments(system=system))["usage"]["cacheReadInputTokens"] > 0
            for ttl, system in parts.items()}  # fmt: skip
    assert read == {"5m": False, "1h": True}


def wait_simulated(simulator: Simulator, seconds: float) -> None:
    clock = simulator._server.service.clock
    end = clock.now() + seconds
    while clock.now() < end:
        time.sleep(0.05)


def test_a_new_schema_takes_longer_once(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(compile_seconds=20_000, speed=10_000)
    arguments = converse_arguments(toolConfig=STRICT)
    first, second = (client.converse(**arguments)["metrics"]["latencyMs"] for _ in range(2))
    assert first >= 20_000_000 > second
    assert client.converse(**converse_arguments(toolConfig=TOOLS))["metrics"]["latencyMs"] < 20_000_000
