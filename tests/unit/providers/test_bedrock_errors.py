"""What botocore and urllib3 raise, in the providers' own words."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    EventStreamError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import ReadTimeoutError as StreamReadTimeoutError

from feedback.providers.base import AccountRefused, ProviderError, Rejected, Throttled, TimedOut, Unavailable
from feedback.providers.bedrock.errors import RAISED, translate


def of_service(code: str, status: int, headers: dict[str, str] | None = None) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "words"},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}},
    }
    return ClientError(response, "ConverseStream")


@pytest.mark.parametrize(
    ("code", "status", "family"),
    [
        ("ThrottlingException", 429, Throttled),
        ("ModelNotReadyException", 429, Unavailable),
        ("ServiceUnavailableException", 503, Unavailable),
        ("InternalServerException", 500, Unavailable),
        ("ModelTimeoutException", 408, TimedOut),
        ("ValidationException", 400, Rejected),
        ("AccessDeniedException", 403, AccountRefused),
        ("ResourceNotFoundException", 404, AccountRefused),
        ("ExpiredTokenException", 403, AccountRefused),
        ("", 502, Unavailable),
        ("", 504, TimedOut),
        ("Unheard", 429, Throttled),
    ],
)
def test_the_services_errors_find_their_family(code: str, status: int, family: type[ProviderError]) -> None:
    assert type(translate(of_service(code, status))) is family


def test_inside_a_stream_the_same_names_begin_in_lower_case() -> None:
    response: Any = {"Error": {"Code": "throttlingException", "Message": "words"}}
    assert type(translate(EventStreamError(response, "ConverseStream"))) is Throttled


@pytest.mark.parametrize(
    ("error", "family"),
    [
        (ReadTimeoutError(endpoint_url="x"), TimedOut),
        (ConnectTimeoutError(endpoint_url="x"), Unavailable),
        (EndpointConnectionError(endpoint_url="x"), Unavailable),
        (ConnectionClosedError(endpoint_url="x"), Unavailable),
        (CredentialRetrievalError(provider="x", error_msg="x"), AccountRefused),
        (NoCredentialsError(), AccountRefused),
        (ParamValidationError(report="x"), AccountRefused),
        (StreamReadTimeoutError(None, None, "x"), TimedOut),  # type: ignore[arg-type] # only its class is read
        (ProtocolError("x"), Unavailable),
        (ConnectionResetError(), Unavailable),
    ],
)
def test_what_never_got_an_answer_finds_its_family(error: Exception, family: type[ProviderError]) -> None:
    assert isinstance(error, RAISED)
    assert type(translate(error)) is family


def test_only_what_another_attempt_cannot_help_is_permanent() -> None:
    assert not translate(of_service("ValidationException", 400)).transient
    assert translate(of_service("ThrottlingException", 429)).transient


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("soon", 0.0), ("", 0.0), ("nan", 0.0), ("9999999999", 86_400.0)],
)
def test_the_providers_own_wish_to_wait_is_passed_on(header: str, seconds: float) -> None:
    assert translate(of_service("ThrottlingException", 429, {"retry-after": header})).retry_after == seconds


def test_a_date_to_wait_for_is_read_too() -> None:
    later = formatdate(time.time() + 3600, usegmt=True)
    waited = translate(of_service("ThrottlingException", 429, {"retry-after": later})).retry_after
    assert 0 < waited <= 3600
