"""The metadata service that a client on a machine of AWS takes its credentials from, by botocore as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import NoCredentialsError

from feedback.development.simulator import Simulator

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

Arguments = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def on_an_instance(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials but those of the instance."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
                 "AWS_EC2_METADATA_DISABLED", "AWS_BEARER_TOKEN_BEDROCK"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"{simulator.url}/")
    monkeypatch.setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1")


@contextmanager
def fresh_client(simulator: Simulator) -> Iterator[BedrockRuntimeClient]:
    client = boto3.session.Session().client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=simulator.url,
        config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip
    yield client
    client.close()


def test_a_client_finds_them_and_later_others(simulator: Simulator, converse_arguments: Arguments) -> None:
    simulator.change(instance={"access_key": "FIRST"})
    with fresh_client(simulator) as client:
        client.converse(**converse_arguments())
        simulator.change(expired_keys=["FIRST"])
        with pytest.raises(client.exceptions.ClientError, match="ExpiredToken"):
            client.converse(**converse_arguments())
    simulator.change(instance={"access_key": "SECOND"})
    with fresh_client(simulator) as client:
        client.converse(**converse_arguments())


def test_a_service_that_does_not_answer_leaves_a_client_without_any(
    simulator: Simulator, converse_arguments: Arguments
) -> None:
    simulator.change(instance={"silent": True})
    with fresh_client(simulator) as client, pytest.raises(NoCredentialsError):
        client.converse(**converse_arguments())
    assert simulator.stats()["requests"] == 0
