"""The anthropic client, strands-agents and litellm, as they are, talk to the simulator."""

from __future__ import annotations

import pytest

from feedback.development.simulator import Simulator
from tests.foreign.answers import check_answers
from tests.foreign.environment import ask

pytestmark = pytest.mark.long


def test_the_anthropic_client_for_bedrock(simulator: Simulator) -> None:
    answers = ask("anthropic_client", simulator.url)
    assert len(answers["whole"].split()) > 10
    assert answers["streamed"] == answers["whole"]
    assert answers["usage"] == answers["streamed_usage"]
    assert answers["stop_reason"] == "tool_use"
    assert isinstance(answers["input"]["points"], int)


def test_an_agent_of_strands(simulator: Simulator) -> None:
    answers = ask("strands_client", simulator.url)
    assert len(answers["plain"].split()) > 10
    assert answers["stop_reason"] == answers["after_the_tool"] == "end_turn"
    assert answers["usage"]["totalTokens"] > 20
    assert len(answers["used"]) == 1
    assert isinstance(answers["review"]["points"], int)


def test_litellm_in_three_forms(simulator: Simulator) -> None:
    answers = ask("litellm_client", simulator.url)
    assert answers.keys() == {"converse", "invoke", "openai"}
    for answer in answers.values():
        check_answers(answer)


def test_the_openai_client(simulator: Simulator) -> None:
    answers = ask("openai_client", simulator.url)
    check_answers(answers["simulated"])
