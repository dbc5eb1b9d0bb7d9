"""litellm's proxy, with the simulator behind it, answers the plain openai client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback.development.simulator import Simulator
from tests.foreign.answers import check_answers
from tests.foreign.environment import ask
from tests.litellm_proxy import BY_CHAT, BY_CONVERSE, LitellmProxy, litellm_proxy

pytestmark = pytest.mark.long


@pytest.fixture
def proxy(simulator: Simulator, tmp_path: Path) -> Iterator[LitellmProxy]:
    with litellm_proxy(simulator.url, tmp_path) as running:
        yield running


def test_plain_streamed_by_schema_and_by_tool(proxy: LitellmProxy, simulator: Simulator) -> None:
    answers = ask("openai_client", proxy.url, key=proxy.key)
    assert set(answers["models"]) == {BY_CHAT, BY_CONVERSE}
    for name in (BY_CHAT, BY_CONVERSE):
        check_answers(answers[name])
    assert simulator.stats()["completed"] >= 8
