"""A simulator and clients of it. Nothing here takes the place of boto3 or of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from feedback.development.simulator import Simulator
from feedback.providers.base import SectionRequest
from feedback.providers.bedrock import BedrockProvider, BedrockSettings

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
AT_ONCE = {"total": {"low": 0, "high": 0}}

TEXT = (
    "School uniforms are a topic that everyone has an opinion about. Studies show that uniforms reduce "
    "bullying. However, I think that pupils should be asked, because they wear them every day.\n\n"
    "It is important to look at the cost: a uniform costs 120 euros on average (Miller, 2021). Things get "
    "lost very often, and the clothes are washed by parents who already have a lot of work to do in the "
    "evening and who would rather, if anybody ever asked them, buy ordinary clothes that can be worn at "
    "the weekend as well."
)


@pytest.fixture
def section() -> SectionRequest:
    return SectionRequest(TEXT, heading_path=("Uniforms", "Reasons"))


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=AT_ONCE) as running:
        yield running


@pytest.fixture
def client(simulator: Simulator) -> Iterator[BedrockRuntimeClient]:
    """boto3's own client, with nothing of ours in it."""
    client = boto3.client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=simulator.url,
        aws_access_key_id="access", aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
    )  # fmt: skip
    yield client
    client.close()


@pytest.fixture
def settings(simulator: Simulator) -> BedrockSettings:
    return BedrockSettings(
        model=MODEL, region="eu-central-1", endpoint_url=simulator.url,
        access_key_id="access", secret_access_key="secret", simulated=True,
    )  # fmt: skip


@pytest.fixture
def provider(settings: BedrockSettings) -> Iterator[BedrockProvider]:
    provider = BedrockProvider(settings)
    yield provider
    provider.close()


@pytest.fixture
def converse_arguments() -> Callable[..., dict[str, Any]]:
    """A plain request, with what a test changes about it."""

    def arguments(**changes: Any) -> dict[str, Any]:
        message = {"role": "user", "content": [{"text": TEXT}]}
        return {"modelId": MODEL, "messages": [message], "inferenceConfig": {"maxTokens": 2000}, **changes}

    return arguments
