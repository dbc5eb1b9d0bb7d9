"""An upstream that takes on a role: its credentials come from STS, and are renewed there."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from moto import mock_aws

from feedback.providers.base import AccountRefused, Call, SectionRequest
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from feedback.providers.bedrock.client import build_session
from feedback.providers.bedrock.probe import credentials_from

ROLE = "arn:aws:iam::123456789012:role/marginalia"


@pytest.fixture
def sts() -> Iterator[str]:
    """AWS's own service in this process, as moto plays it; the key that stands in the environment then."""
    with mock_aws():
        yield os.environ["AWS_ACCESS_KEY_ID"]


def settings(**fields: str) -> BedrockSettings:
    return BedrockSettings(model="m", region="eu-central-1", **fields)  # type: ignore[arg-type]


def test_the_role_is_taken_on_with_the_usual_credentials(sts: str) -> None:
    credentials = build_session(settings(role=ROLE)).get_credentials()
    assert credentials is not None
    taken = credentials.get_frozen_credentials()
    assert taken.access_key != sts
    assert taken.token
    assert credentials_from(settings(role=ROLE)) == "assume-role"


def test_without_a_role_nothing_is_taken_on(sts: str) -> None:
    credentials = build_session(settings()).get_credentials()
    assert credentials is not None
    assert credentials.get_frozen_credentials().access_key == sts


def test_a_profile_that_is_not_there_concerns_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere/config")
    provider = BedrockProvider(settings(profile="campus"))
    with pytest.raises(AccountRefused) as caught:
        list(provider.stream(SectionRequest("Some text."), Call()))
    assert "campus" in str(caught.value)
