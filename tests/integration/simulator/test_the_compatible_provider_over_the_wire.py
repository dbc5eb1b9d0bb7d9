"""The openai_compatible provider against the simulator's chat-completions API: a text in, feedback out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from feedback.development.simulator import Simulator
from feedback.providers.base import (
    Accepted,
    AccountRefused,
    Call,
    Delta,
    FieldRefused,
    Finished,
    RateLimits,
    SectionRequest,
    SummaryRequest,
    Throttled,
)
from feedback.providers.models.generation import Generation, Way
from feedback.providers.openai_compatible import CompatibleSettings
from feedback.providers.openai_compatible.provider import CompatibleProvider

MODEL = "simulated"


@pytest.fixture
def compatible(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> CompatibleSettings:
    monkeypatch.setenv("CAMPUS_KEY", "sk-campus")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return CompatibleSettings(
        model=MODEL, base_url=f"{simulator.url}/v1", api_key_variable="CAMPUS_KEY", simulated=True
    )


@pytest.fixture
def provider(compatible: CompatibleSettings) -> Iterator[CompatibleProvider]:
    provider = CompatibleProvider(compatible)
    yield provider
    provider.close()


@pytest.mark.parametrize("way", list(Way))
def test_a_section_is_commented_on_in_each_way(
    compatible: CompatibleSettings, section: SectionRequest, way: Way
) -> None:
    provider = CompatibleProvider(replace(compatible, generation=Generation(way=way)))
    first, *pieces, last = provider.stream(section, Call())
    assert isinstance(first, Accepted)
    assert any(isinstance(each, Delta) for each in pieces)
    assert isinstance(last, Finished)
    assert last.output.comments
    assert all(comment.quote in section.text for comment in last.output.comments)
    assert last.usage.measured
    assert last.usage.input_tokens > 100
    provider.close()


def test_a_whole_document_is_summed_up(provider: CompatibleProvider, section: SectionRequest) -> None:
    request = SummaryRequest("Uniforms", (("Reasons", section.text),), ("A finding.",))
    *_, last = provider.stream(request, Call())
    assert isinstance(last, Finished)
    assert last.output.summary


def test_the_simulators_limits_are_read(
    simulator: Simulator, provider: CompatibleProvider, section: SectionRequest
) -> None:
    simulator.change(quota={"requests_per_minute": 60})
    first, *_ = provider.stream(section, Call())
    assert isinstance(first, Accepted)
    assert isinstance(first.limits, RateLimits)
    assert first.limits.requests is not None
    assert first.limits.requests.limit == 60


def test_the_simulators_throttles_name_a_wait(
    simulator: Simulator, provider: CompatibleProvider, section: SectionRequest
) -> None:
    simulator.change(quota={"requests_per_minute": 1})
    list(provider.stream(section, Call()))
    with pytest.raises(Throttled) as caught:
        for _ in range(3):
            list(provider.stream(section, Call()))
    assert caught.value.quota == "requests"
    assert caught.value.retry_after > 0


@pytest.mark.parametrize(
    ("ability", "setting", "generation"),
    [
        ("temperature", "temperature", Generation()),
        ("forced_tool", "tool_choice", Generation()),
        ("strict", "strict", Generation(way=Way.STRICT_TOOL)),
        ("json_schema", "output_config", Generation(way=Way.JSON_SCHEMA)),
        ("effort", "effort", Generation(effort="low")),
    ],
)
def test_what_a_model_refuses_is_learnt_and_left_out(
    simulator: Simulator, compatible: CompatibleSettings, section: SectionRequest,
    ability: str, setting: str, generation: Generation,
) -> None:  # fmt: skip
    simulator.change(models={MODEL: {ability: False}})
    provider = CompatibleProvider(replace(compatible, generation=generation))
    with pytest.raises(FieldRefused) as caught:
        list(provider.stream(section, Call()))
    assert caught.value.setting == setting
    taught = CompatibleProvider(replace(compatible, generation=generation.without(setting)))
    *_, last = taught.stream(section, Call())
    assert isinstance(last, Finished)
    provider.close()
    taught.close()


def test_a_key_that_has_expired_concerns_the_account(
    simulator: Simulator, provider: CompatibleProvider, section: SectionRequest
) -> None:
    simulator.change(expired_keys=["sk-campus"])
    with pytest.raises(AccountRefused) as caught:
        list(provider.stream(section, Call()))
    assert caught.value.cause == "credentials_unknown"
