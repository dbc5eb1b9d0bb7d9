"""Every modelled error, as boto3 raises it from the real status, header and body."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EventStreamError, ReadTimeoutError

from feedback.development.simulator import Simulator
from feedback.development.simulator.account.modelled import MODELLED, ErrorName, StreamErrorName

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

Arguments = Callable[..., dict[str, Any]]
TOOLS = {"tools": [{"toolSpec": {"name": "answer", "inputSchema": {"json": {"type": "object"}}}}]}
SERVICE = botocore.session.get_session().get_service_model("bedrock-runtime")


@pytest.mark.parametrize("name", ErrorName)
@pytest.mark.parametrize("operation", ["converse", "converse_stream"])
def test_an_error_arrives_with_its_name_and_its_status(
    simulator: Simulator,
    client: BedrockRuntimeClient,
    converse_arguments: Arguments,
    name: ErrorName,
    operation: str,
) -> None:
    simulator.change(errors={name: 1})
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**converse_arguments())
    assert isinstance(caught.value, getattr(client.exceptions, name))
    assert caught.value.response["Error"]["Message"] == MODELLED[name].message
    status = caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert status == SERVICE.shape_for(name).metadata["error"]["httpStatusCode"]
    assert simulator.stats()["errors"] == {name: 1}


@pytest.mark.parametrize("name", StreamErrorName)
def test_an_error_in_the_middle_of_a_stream_is_an_exception_frame(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments, name: StreamErrorName
) -> None:
    simulator.change(stream_errors={name: 1})
    with (
        closing(client.converse_stream(**converse_arguments())["stream"]) as stream,
        pytest.raises(EventStreamError) as caught,
    ):
        list(stream)
    assert caught.value.response["Error"]["Code"] == name


def test_the_stream_had_begun_before_its_error(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(stream_errors={StreamErrorName.MODEL_STREAM_ERROR: 1})
    with closing(client.converse_stream(**converse_arguments())["stream"]) as stream:
        assert next(iter(stream)) == {"messageStart": {"role": "assistant"}}
        with pytest.raises(EventStreamError):
            list(stream)
    assert simulator.stats()["completed"] == 0


def test_a_share_of_the_requests_fails_and_the_same_ones_for_the_same_seed(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    def outcomes(seed: int) -> list[bool]:
        simulator.change(seed=seed, errors={ErrorName.INTERNAL_SERVER: 0.3})
        return [_succeeds(client, converse_arguments()) for _ in range(40)]

    first, other, again = outcomes(7), outcomes(8), outcomes(7)
    assert 3 <= first.count(False) <= 25
    assert first == again != other


def _succeeds(client: BedrockRuntimeClient, arguments: dict[str, Any]) -> bool:
    try:
        client.converse(**arguments)
    except ClientError:
        return False
    return True


def test_a_throttle_may_say_when_to_come_back(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(errors={ErrorName.THROTTLING: 1}, retry_after=7)
    with pytest.raises(client.exceptions.ThrottlingException) as caught:
        client.converse(**converse_arguments())
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "7"


def test_models_can_be_denied_and_unknown(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(denied_models=["closed"], unknown_models=["lost"])
    with pytest.raises(client.exceptions.AccessDeniedException):
        client.converse(**converse_arguments(modelId="closed"))
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.converse(**converse_arguments(modelId="lost"))
    client.converse(**converse_arguments())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "assistant", "content": [{"text": "Hi."}]}]}, "user message"),
        ({"toolConfig": {**TOOLS, "toolChoice": {"tool": {"name": "another"}}}}, "toolChoice"),
    ],
)
def test_a_request_that_makes_no_sense_is_a_validation_error(
    client: BedrockRuntimeClient, converse_arguments: Arguments, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(client.exceptions.ValidationException, match=words):
        client.converse(**converse_arguments(**changes))


def test_an_unsigned_request_is_refused(simulator: Simulator, converse_arguments: Arguments) -> None:
    unsigned = boto3.client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=simulator.url,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )  # fmt: skip
    with pytest.raises(ClientError) as caught:
        unsigned.converse(**converse_arguments())
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_in_an_outage_the_service_is_unavailable(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(outage="unavailable")
    with pytest.raises(client.exceptions.ServiceUnavailableException):
        client.converse_stream(**converse_arguments())
    simulator.change(outage="none")
    list(client.converse_stream(**converse_arguments())["stream"])


def test_an_outage_may_reset_connections(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(outage="reset")
    with pytest.raises(ConnectionClosedError):
        client.converse(**converse_arguments())


def test_an_outage_may_leave_requests_without_any_answer(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(outage="hang")
    impatient = boto3.client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=simulator.url,
        aws_access_key_id="access", aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=0.3),
    )  # fmt: skip
    with pytest.raises(ReadTimeoutError):
        impatient.converse(**converse_arguments())
    assert simulator.stats()["requests"] == 1  # the controls answer all the same
