"""What is sent to a server with the chat-completions API: what the generation names, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from feedback.providers.base import SectionRequest
from feedback.providers.models.generation import LEARNABLE, Generation, Way
from feedback.providers.openai_compatible import CompatibleSettings
from feedback.providers.openai_compatible.provider import CompatibleProvider
from feedback.providers.openai_compatible.request import chat_arguments

REQUEST = SectionRequest("Some text.")
SETTINGS = CompatibleSettings(model="m", base_url="http://x/v1")


def sent(settings: CompatibleSettings = SETTINGS, **generation: Any) -> dict[str, Any]:
    metadata = {"course": "c1"}
    return chat_arguments(settings, Generation(**generation), REQUEST, max_tokens=500, metadata=metadata)


def function(arguments: dict[str, Any]) -> dict[str, Any]:
    (tool,) = arguments["tools"]
    named: dict[str, Any] = tool["function"]
    return named


def test_a_tool_is_forced() -> None:
    arguments = sent(way=Way.TOOL)
    assert arguments["tool_choice"] == {"type": "function", "function": {"name": "give_feedback"}}
    assert "strict" not in function(arguments)
    assert "response_format" not in arguments


@pytest.mark.parametrize(("choice", "sent_as"), [("any", "required"), ("auto", "auto")])
def test_a_tool_that_can_not_be_forced_by_name_is_asked_for_as_the_model_takes_it(
    choice: str, sent_as: str
) -> None:
    assert sent(way=Way.TOOL, tool_choice=choice)["tool_choice"] == sent_as


def test_a_strict_tool_has_a_schema_that_can_be_enforced() -> None:
    strict = function(sent(way=Way.STRICT_TOOL))
    assert strict["strict"] is True
    assert strict["parameters"]["additionalProperties"] is False


def test_a_json_schema_is_the_format_of_the_answer() -> None:
    arguments = sent(way=Way.JSON_SCHEMA)
    assert arguments["response_format"]["type"] == "json_schema"
    assert arguments["response_format"]["json_schema"]["strict"] is True
    assert "tools" not in arguments


def test_in_text_the_prompt_shows_the_schema() -> None:
    arguments = sent(way=Way.TEXT)
    assert '"next_steps"' in arguments["messages"][0]["content"]
    assert not {"tools", "tool_choice", "response_format"} & arguments.keys()


def test_what_is_not_named_is_not_sent() -> None:
    plain = sent(way=Way.TEXT, temperature=None)
    assert plain.keys() == {"model", "messages", "stream", "stream_options", "max_tokens"}
    assert plain["max_tokens"] == 500


def test_what_is_named_is_sent() -> None:
    arguments = sent(temperature=0.0, top_p=0.9, effort="low", tier="flex", extra_fields={"seed": 1})
    assert (arguments["temperature"], arguments["top_p"]) == (0.0, 0.9)
    assert (arguments["reasoning_effort"], arguments["service_tier"]) == ("low", "flex")
    assert arguments["extra_body"] == {"seed": 1}


def test_the_longest_answer_goes_by_the_name_that_the_server_knows() -> None:
    arguments = sent(replace(SETTINGS, longest_answer_field="max_completion_tokens"))
    assert arguments["max_completion_tokens"] == 500
    assert "max_tokens" not in arguments


def test_opaque_ids_are_sent_where_the_server_takes_them() -> None:
    assert sent(replace(SETTINGS, send_metadata=True))["metadata"] == {"course": "c1"}
    assert "metadata" not in sent()


LEARNT = [(setting, way) for setting, lesson in LEARNABLE.items() for way in Way if way in lesson.ways]


@pytest.mark.parametrize(("setting", "way"), LEARNT)
def test_what_was_learnt_away_is_not_sent(setting: str, way: Way) -> None:
    everything = Generation(way=way, top_p=0.5, effort="low", tier="flex", cache="5m")
    body = json.dumps(chat_arguments(SETTINGS, everything.without(setting), REQUEST, max_tokens=1))
    gone = {
        "temperature": '"temperature"', "top_p": '"top_p"', "effort": '"reasoning_effort"',
        "service_tier": '"service_tier"', "strict": '"strict": true', "output_config": '"json_schema"',
        "tool_choice": '"tool_choice": {', "cache_point": "cache", "tools": '"tools"',
    }  # fmt: skip
    assert gone[setting] not in body


def test_another_way_of_asking_is_another_version() -> None:
    versions = {CompatibleProvider(replace(SETTINGS, generation=Generation(way=way))).version for way in Way}
    assert len(versions) == len(Way)
    assert all(version.startswith("m ") for version in versions)


def test_an_estimate_needs_no_server() -> None:
    estimate = CompatibleProvider(SETTINGS).estimate(REQUEST)
    assert estimate.input_tokens > 500
    assert estimate.ceiling > estimate.max_tokens > 0
