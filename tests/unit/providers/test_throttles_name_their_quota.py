"""Bedrock tells its quotas apart in words: what throttles say of the quota reaches the gate."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from feedback.providers.base import Exhausted, Throttled
from feedback.providers.bedrock.errors import translate


def throttle(message: str) -> Throttled:
    response = {"Error": {"Code": "ThrottlingException", "Message": message}, "ResponseMetadata": {}}
    error = translate(ClientError(response, "ConverseStream"))  # type: ignore[arg-type]
    assert isinstance(error, Throttled)
    return error


@pytest.mark.parametrize(
    ("message", "quota"),
    [
        ("Too many requests, please wait before trying again.", "requests"),
        ("Too many tokens, please wait before trying again.", "tokens"),
        ("Slow down.", ""),
    ],
)
def test_the_quota_is_read_from_the_words(message: str, quota: str) -> None:
    assert throttle(message).quota == quota


def test_a_quota_for_the_day_is_another_matter() -> None:
    error = throttle("Too many tokens per day, please wait before trying again.")
    assert isinstance(error, Exhausted)
