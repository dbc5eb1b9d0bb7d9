"""Requests and tokens per minute: held at the start, settled at the end, refilled by the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from feedback.development.simulator import Simulator

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

Arguments = Callable[..., dict[str, Any]]
SLOW = 1e-6  # a speed at which nothing refills while a test lasts


def left(simulator: Simulator) -> dict[str, float]:
    (levels,) = simulator.stats()["left"].values()
    return {name: round(level) for name, level in levels.items()}


@pytest.fixture(autouse=True)
def stopped_clock(simulator: Simulator) -> None:
    simulator.change(speed=SLOW)


def test_no_more_requests_than_a_minute_allows(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(quota={"requests_per_minute": 3})
    for _ in range(3):
        client.converse(**converse_arguments())
    with pytest.raises(client.exceptions.ThrottlingException, match="Too many requests"):
        client.converse(**converse_arguments())
    assert simulator.stats()["throttles"] == {"requests": 1}


def test_while_it_runs_a_call_holds_its_input_and_all_that_it_may_write(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    usage = client.converse(**converse_arguments())["usage"]
    stalled = {"first_token": {"low": 0, "high": 0}, "per_output_token": {"low": 3600, "high": 3600}}
    simulator.change(quota={"tokens_per_minute": 100_000}, latency=stalled)
    stream = client.converse_stream(**converse_arguments(inferenceConfig={"maxTokens": 40_000}))["stream"]
    assert next(iter(stream)) == {"messageStart": {"role": "assistant"}}
    assert left(simulator) == {"tokens": 60_000 - usage["inputTokens"]}
    stream.close()


def test_a_request_that_names_no_bound_holds_the_models_maximum(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(quota={"tokens_per_minute": 50_000, "model_maximum": 64_000})
    with pytest.raises(client.exceptions.ThrottlingException, match="Too many tokens"):
        client.converse(**converse_arguments(inferenceConfig={}))
    client.converse(**converse_arguments(inferenceConfig={"maxTokens": 1000}))


def test_at_the_end_the_call_costs_its_input_and_its_output_times_the_burndown(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(quota={"tokens_per_minute": 100_000, "burndown": 5})
    usage = client.converse(**converse_arguments(inferenceConfig={"maxTokens": 20_000}))["usage"]
    cost = usage["inputTokens"] + 5 * usage["outputTokens"]
    assert left(simulator) == {"tokens": 100_000 - cost}
    assert simulator.stats()["tokens"]["charged"] == cost
    assert simulator.stats()["tokens"]["held"] == usage["inputTokens"] + 20_000


def test_a_call_may_cost_more_than_it_held_and_leaves_a_debt(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(quota={"tokens_per_minute": 400, "burndown": 50})
    client.converse(**converse_arguments(inferenceConfig={"maxTokens": 100}))
    assert left(simulator)["tokens"] < 0
    with pytest.raises(client.exceptions.ThrottlingException):
        client.converse(**converse_arguments(inferenceConfig={"maxTokens": 1}))


def test_what_came_from_the_cache_is_held_and_given_back(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    system = [{"text": "Many words of instruction. " * 400}, {"cachePoint": {"type": "default"}}]
    client.converse(**converse_arguments(system=system))
    simulator.change(quota={"tokens_per_minute": 100_000, "burndown": 1})
    usage = client.converse(**converse_arguments(system=system))["usage"]
    assert usage["cacheReadInputTokens"] > 1024
    assert left(simulator) == {"tokens": 100_000 - usage["inputTokens"] - usage["outputTokens"]}


def test_the_multiplier_of_the_hold_is_a_setting(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    arguments = converse_arguments(inferenceConfig={"maxTokens": 2000})
    simulator.change(quota={"tokens_per_minute": 6000, "hold_multiplier": 5})
    with pytest.raises(client.exceptions.ThrottlingException):
        client.converse(**arguments)
    simulator.change(quota={"tokens_per_minute": 6000, "hold_multiplier": 1})
    client.converse(**arguments)


def test_a_refused_call_takes_nothing_from_either_quota(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(quota={"requests_per_minute": 5, "tokens_per_minute": 1000})
    with pytest.raises(client.exceptions.ThrottlingException):
        client.converse(**converse_arguments(inferenceConfig={"maxTokens": 5000}))
    assert left(simulator) == {"requests": 5, "tokens": 1000}


def test_quota_comes_back_with_the_clock_and_faster_when_it_runs_faster(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(quota={"requests_per_minute": 2})
    for _ in range(2):
        client.converse(**converse_arguments())
    with pytest.raises(client.exceptions.ThrottlingException):
        client.converse(**converse_arguments())
    simulator.change(speed=1e6)
    client.converse(**converse_arguments())


def test_each_model_has_its_own_quota(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(quota={"requests_per_minute": 1}, quotas={"roomy": {"requests_per_minute": 2}})
    client.converse(**converse_arguments())
    client.converse(**converse_arguments(modelId="roomy"))
    client.converse(**converse_arguments(modelId="roomy"))
    for model in ("roomy", converse_arguments()["modelId"]):
        with pytest.raises(client.exceptions.ThrottlingException):
            client.converse(**converse_arguments(modelId=model))
