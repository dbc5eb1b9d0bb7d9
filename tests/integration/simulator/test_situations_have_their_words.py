"""Errors that only their words tell apart, credentials that expire, clocks that differ."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

from feedback.development.simulator import Simulator
from feedback.development.simulator.account.modelled import ErrorName, StreamErrorName
from feedback.development.simulator.account.situations import WORDINGS, Situation

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

Arguments = Callable[..., dict[str, Any]]


def refused(client: BedrockRuntimeClient, arguments: dict[str, Any]) -> Any:
    with pytest.raises(ClientError) as caught:
        client.converse_stream(**arguments)
    return caught.value.response


@pytest.mark.parametrize("situation", Situation)
def test_a_situation_arrives_in_its_words(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments, situation: Situation
) -> None:
    simulator.change(situations={situation: 1})
    response = refused(client, converse_arguments())
    wording = WORDINGS[situation]
    assert response["Error"]["Code"] == wording.code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == wording.status
    assert "{" not in response["Error"]["Message"].replace('{"', "").replace(':{"', "")
    assert response["Error"]["Message"].startswith(wording.message.split("{")[0])


def test_a_situation_may_be_that_of_one_model_alone(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(model_situations={"lost": Situation.MODEL_GONE})
    assert "end of its life" in refused(client, converse_arguments(modelId="lost"))["Error"]["Message"]
    client.converse(**converse_arguments())


@pytest.fixture
def with_key(simulator: Simulator) -> Iterator[Callable[[str], BedrockRuntimeClient]]:
    clients = []

    def make(key: str) -> BedrockRuntimeClient:
        clients.append(
            boto3.client(
                "bedrock-runtime", region_name="eu-central-1", endpoint_url=simulator.url,
                aws_access_key_id=key, aws_secret_access_key="secret",
                config=Config(retries={"total_max_attempts": 1}),
            )
        )  # fmt: skip
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_credentials_expire_and_those_that_come_after_them_are_good(
    simulator: Simulator,
    converse_arguments: Arguments,
    with_key: Callable[[str], BedrockRuntimeClient],
) -> None:
    simulator.change(expired_keys=["OLD"])
    assert refused(with_key("OLD"), converse_arguments())["Error"]["Code"] == "ExpiredTokenException"
    with_key("NEW").converse(**converse_arguments())
    assert simulator.stats()["errors"] == {"ExpiredTokenException": 1}


@pytest.mark.parametrize(("offset", "words"), [(900, "Signature expired"), (-900, "not yet current")])
def test_a_clock_that_is_wrong(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments, offset: int, words: str
) -> None:
    simulator.change(clock_offset=offset)
    error = refused(client, converse_arguments())["Error"]
    assert error["Code"] == "InvalidSignatureException"
    assert words in error["Message"]
    simulator.change(clock_offset=60)  # within the five minutes that are allowed
    client.converse(**converse_arguments())


@pytest.mark.parametrize("name", [ErrorName.THROTTLING, ErrorName.SERVICE_UNAVAILABLE])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_has_two_forms_and_comes_with_a_503_too(
    simulator: Simulator,
    client: BedrockRuntimeClient,
    converse_arguments: Arguments,
    name: ErrorName,
    form: str,
) -> None:
    on = [ErrorName.THROTTLING, ErrorName.SERVICE_UNAVAILABLE]
    simulator.change(errors={name: 1}, retry_after=900, retry_after_form=form, retry_after_on=on)
    header = refused(client, converse_arguments())["ResponseMetadata"]["HTTPHeaders"]["retry-after"]
    seconds = float(header) if form == "seconds" else parsedate_to_datetime(header).timestamp() - time.time()
    assert 0 < seconds <= 900


def test_an_error_may_have_words_that_were_never_seen(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    words = {ErrorName.VALIDATION: "Something new.", StreamErrorName.VALIDATION: "Something else."}
    simulator.change(errors={ErrorName.VALIDATION: 1}, words=words)
    assert refused(client, converse_arguments())["Error"]["Message"] == "Something new."
    simulator.change(errors={}, stream_errors={StreamErrorName.VALIDATION: 1})
    with (
        closing(client.converse_stream(**converse_arguments())["stream"]) as stream,
        pytest.raises(EventStreamError, match="Something else"),
    ):
        list(stream)


def test_a_day_has_its_own_quota_and_ends(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(quota={"tokens_per_day": 2500})
    client.converse(**converse_arguments())
    assert "Too many tokens per day" in refused(client, converse_arguments())["Error"]["Message"]
    assert simulator.stats()["throttles"] == {"tokens_per_day": 1}
    simulator.change(speed=1e7)  # a hundredth of a second is more than a day
    wait_for_another_day(client, converse_arguments())


def wait_for_another_day(client: BedrockRuntimeClient, arguments: dict[str, Any]) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            client.converse(**arguments)
            return
        except ClientError:
            assert time.monotonic() < end, "no other day came"


def test_a_quota_of_nothing_refuses_the_first_call(
    simulator: Simulator, client: BedrockRuntimeClient, converse_arguments: Arguments
) -> None:
    simulator.change(quota={"tokens_per_day": 0})
    assert "Too many tokens per day" in refused(client, converse_arguments())["Error"]["Message"]
