from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.bedrock import BedrockUpstream, upstreams

NAME = "BEDROCK_UPSTREAMS"


def read(monkeypatch: pytest.MonkeyPatch, value: str) -> dict[str, BedrockUpstream]:
    monkeypatch.setenv(NAME, value)
    return upstreams(NAME, taken=("bedrock",))


def test_each_has_a_region_and_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude"
    found = read(monkeypatch, f"eu=eu-west-1/{profile}, own=us-east-1/model@https://bedrock.example.edu")
    assert found == {
        "eu": BedrockUpstream("eu-west-1", profile),
        "own": BedrockUpstream("us-east-1", "model", "https://bedrock.example.edu"),
    }


def test_there_need_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, "") == {}


@pytest.mark.parametrize("value", ["eu", "eu=eu-west-1", "EU=eu-west-1/model", "eu=eu-west-1/model@ftp://x"])
def test_another_form_is_refused_with_the_one_expected(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="expected name=region/model"):
        read(monkeypatch, value)


@pytest.mark.parametrize("value", ["bedrock=us-east-1/model", "a=us-east-1/one,a=us-east-1/two"])
def test_a_name_is_given_once(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="there is already"):
        read(monkeypatch, value)
