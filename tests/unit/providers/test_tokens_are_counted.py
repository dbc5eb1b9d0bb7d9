"""CountTokens gets what it knows of a request, checked against the service's own model of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from feedback.providers.base import SectionRequest, Throttled
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from feedback.providers.bedrock.counting import count_tokens
from feedback.providers.bedrock.request import converse_arguments
from feedback.providers.models.generation import Generation, Way

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

REQUEST = SectionRequest(text="Bees matter.")
MODEL = "anthropic.claude-sonnet-4-5"


@pytest.fixture
def client() -> BedrockRuntimeClient:
    return boto3.client(
        "bedrock-runtime", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


@pytest.fixture
def service(client: BedrockRuntimeClient) -> Iterator[Stubber]:
    """Refuses what the service's model does not have, and calls that are not expected."""
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def arguments(way: Way) -> dict[str, Any]:
    chosen = Generation(way=way, tier="flex", guardrail="g", cache="1h")
    return converse_arguments(chosen, REQUEST, model="eu." + MODEL, max_tokens=500, metadata={"course": "c"})


@pytest.mark.parametrize("way", [Way.TOOL, Way.TEXT, Way.STRICT_TOOL])
def test_it_is_asked_by_the_id_that_it_takes_for_what_it_counts(
    client: BedrockRuntimeClient, service: Stubber, way: Way
) -> None:
    asked = arguments(way)
    counted = {name: asked[name] for name in ("messages", "system", "toolConfig") if name in asked}
    service.add_response(
        "count_tokens", {"inputTokens": 321}, {"modelId": MODEL, "input": {"converse": counted}}
    )
    assert count_tokens(client, MODEL, asked) == 321


def test_the_schema_of_an_answer_that_it_does_not_count_is_added(
    client: BedrockRuntimeClient, service: Stubber
) -> None:
    service.add_response("count_tokens", {"inputTokens": 100})
    schema = arguments(Way.JSON_SCHEMA)["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"]
    assert count_tokens(client, MODEL, arguments(Way.JSON_SCHEMA)) >= 100 + len(schema) / 4


def test_a_provider_counts_and_translates_what_goes_wrong(
    client: BedrockRuntimeClient, service: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = BedrockProvider(BedrockSettings(model="eu." + MODEL, region="eu-west-1"))
    monkeypatch.setattr(provider, "_connected", lambda: client)
    service.add_response("count_tokens", {"inputTokens": 7})
    service.add_client_error("count_tokens", "ThrottlingException", http_status_code=429)
    assert provider.count(REQUEST, model_id=MODEL) == 7
    with pytest.raises(Throttled):
        provider.count(REQUEST, model_id=MODEL)
