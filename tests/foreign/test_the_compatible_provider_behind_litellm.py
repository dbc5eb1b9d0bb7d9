"""The openai_compatible provider asks litellm's proxy, a server that is not ours, before the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from feedback.development.simulator import Simulator
from feedback.providers.base import AccountRefused, Call, Finished, SectionRequest
from feedback.providers.models.generation import Generation, Way
from feedback.providers.openai_compatible import CompatibleSettings
from feedback.providers.openai_compatible.provider import CompatibleProvider
from tests.litellm_proxy import BY_CHAT, BY_CONVERSE, LitellmProxy, litellm_proxy

pytestmark = pytest.mark.long

SECTION = SectionRequest(
    "School uniforms are a topic that everyone has an opinion about. Studies show that uniforms reduce "
    "bullying. However, I think that pupils should be asked, because they wear them every day.",
    heading_path=("Uniforms",),
)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LitellmProxy]:
    with (
        Simulator(latency={"total": {"low": 0, "high": 0}}) as simulator,
        litellm_proxy(simulator.url, tmp_path_factory.mktemp("litellm")) as running,
    ):
        yield running


def asked(proxy: LitellmProxy, model: str, way: Way = Way.TOOL) -> Finished:
    provider = CompatibleProvider(
        CompatibleSettings(
            model=model,
            base_url=f"{proxy.url}/v1",
            api_key_variable="LITELLM_KEY",
            generation=Generation(way=way),
        )
    )
    try:
        *_, last = provider.stream(SECTION, Call())
    finally:
        provider.close()
    assert isinstance(last, Finished)
    return last


@pytest.fixture(autouse=True)
def key(proxy: LitellmProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_KEY", proxy.key)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.mark.parametrize("model", [BY_CHAT, BY_CONVERSE])
@pytest.mark.parametrize("way", list(Way))
def test_a_section_is_commented_on_in_each_way(proxy: LitellmProxy, model: str, way: Way) -> None:
    last = asked(proxy, model, way)
    assert last.output.comments
    assert all(comment.quote in SECTION.text for comment in last.output.comments)
    assert last.usage.measured


def test_a_model_that_it_does_not_offer_concerns_the_account(proxy: LitellmProxy) -> None:
    with pytest.raises(AccountRefused) as caught:
        asked(proxy, "another")
    assert caught.value.cause == "model_unknown"


def test_a_key_that_it_does_not_know_concerns_the_account(
    proxy: LitellmProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITELLM_KEY", "sk-another")
    with pytest.raises(AccountRefused) as caught:
        asked(proxy, BY_CHAT)
    assert caught.value.cause.startswith("credentials")
    assert "sk-another" not in str(caught.value)
