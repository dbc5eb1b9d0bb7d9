"""langchain-aws, as it is, talks to the simulator."""

from __future__ import annotations

from feedback.development.simulator import Simulator
from tests.foreign.environment import ask


def test_plain_streamed_and_structured_answers(simulator: Simulator) -> None:
    answers = ask("langchain_client", simulator.url, stamp="installed-langchain")
    for answer in answers.values():
        assert len(answer["whole"].split()) > 10
        assert answer["streamed"] == answer["whole"]
        assert answer["pieces"] > 2
        assert answer["usage"] == answer["streamed_usage"] > 20
        assert answer["by_tool"].keys() == {"verdict", "points", "tags"}
    assert answers["converse"]["by_schema"].keys() == {"verdict", "points", "tags"}
    assert simulator.stats()["errors"] == {}
