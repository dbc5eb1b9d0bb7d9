"""A provider that was refused reads its credentials anew with the next call, without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback.development.simulator.serving.hosting import Simulator
from feedback.providers.base import AccountRefused
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from feedback.providers.short_call import is_accepted
from tests.factories.refusing import UNKNOWN_KEY, Metadata, Refusing, serving

SECONDS = 60.0


@pytest.fixture
def service() -> Iterator[Refusing]:
    with Simulator(latency={"total": {"low": 0, "high": 0}}) as simulator:
        double = Refusing(simulator.url)
        with serving(double):
            yield double


@pytest.fixture(autouse=True)
def no_other_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Those of a file alone; returns it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path / "credentials"


@pytest.fixture
def provider(service: Refusing) -> Iterator[BedrockProvider]:
    settings = BedrockSettings(
        model="anthropic.claude-3-haiku-20240307-v1:0", region="eu-central-1", endpoint_url=service.url
    )
    provider = BedrockProvider(settings)
    yield provider
    provider.close()


def write(file: Path, key: str) -> None:
    file.write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = secret\n")


def refused(provider: BedrockProvider) -> str:
    with pytest.raises(AccountRefused) as caught:
        is_accepted(provider, seconds=SECONDS)
    return caught.value.cause


def test_from_a_file_that_was_replaced(
    provider: BedrockProvider, service: Refusing, no_other_credentials: Path
) -> None:
    write(no_other_credentials, "AKIAFIRST")
    service.keys = {"AKIAFIRST"}
    assert is_accepted(provider, seconds=SECONDS)
    service.keys = {"AKIASECOND"}
    assert refused(provider) == "credentials_expired"
    assert refused(provider) == "credentials_expired", "the file is as it was"
    write(no_other_credentials, "AKIASECOND")
    assert is_accepted(provider, seconds=SECONDS)


def test_from_a_file_that_was_not_there(
    provider: BedrockProvider, service: Refusing, no_other_credentials: Path
) -> None:
    assert refused(provider) == "credentials_missing"
    write(no_other_credentials, "AKIAFIRST")
    service.refusal = UNKNOWN_KEY
    assert refused(provider) == "credentials_unknown"
    service.refusal = None
    assert is_accepted(provider, seconds=SECONDS)


def test_from_a_metadata_service_that_was_silent(
    provider: BedrockProvider, service: Refusing, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = Metadata()
    with serving(metadata):
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url)
        metadata.silent = True
        assert refused(provider) == "credentials_missing"
        metadata.silent = False
        assert is_accepted(provider, seconds=SECONDS)
        service.keys = {"AKIASECOND"}
        assert refused(provider) == "credentials_expired"
        metadata.key = "AKIASECOND"
        assert is_accepted(provider, seconds=SECONDS)
