"""What botocore and urllib3 raise, in the providers' own words."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import botocore.session
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
from botocore.model import StructureShape
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import ReadTimeoutError as StreamReadTimeoutError

from feedback.providers.base import (
    AccountRefused,
    Exhausted,
    FieldRefused,
    MalformedAnswer,
    ProviderError,
    Rejected,
    Throttled,
    TimedOut,
    Unavailable,
)
from feedback.providers.bedrock.errors import RAISED, translate
from feedback.providers.errors.classing import read_rules

NO_TEMPERATURE = "`temperature` is deprecated for this model."


def of_service(
    code: str, status: int, headers: dict[str, str] | None = None, words: str = "words"
) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": words},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}},
    }
    return ClientError(response, "ConverseStream")


def test_every_error_that_the_service_model_knows_has_a_rule() -> None:
    model = botocore.session.get_session().get_service_model("bedrock-runtime")
    operation = model.operation_model("ConverseStream")
    shapes = {shape.name for shape in operation.error_shapes}
    stream = operation.get_event_stream_output()
    assert isinstance(stream, StructureShape)
    events = stream.members.values()
    names = shapes | {shape.name for shape in events if shape.metadata.get("exception")}
    named = {code for rule in read_rules() for code in rule.codes}
    assert {name.casefold() for name in names} <= named


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
        ("ExpiredTokenException", 400, AccountRefused),
        ("ExpiredTokenException", 403, AccountRefused),
        ("UnrecognizedClientException", 403, AccountRefused),
        ("InvalidSignatureException", 403, AccountRefused),
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
    [
        ("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("soon", 0.0), ("", 0.0), ("nan", 0.0), ("inf", 86_400.0),
        ("1e300", 86_400.0), ("-inf", 0.0), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 429), ("ServiceUnavailableException", 503)]
)
def test_the_providers_own_wish_to_wait_is_passed_on_within_a_day(
    code: str, status: int, header: str, seconds: float
) -> None:
    assert translate(of_service(code, status, {"retry-after": header})).retry_after == seconds


def test_a_date_to_wait_for_is_read_too() -> None:
    later = formatdate(time.time() + 3600, usegmt=True)
    waited = translate(of_service("ThrottlingException", 429, {"retry-after": later})).retry_after
    assert 0 < waited <= 3600


@pytest.mark.parametrize(
    ("code", "status", "words", "family", "cause"),
    [
        ("ValidationException", 400, "Try your request again.", Unavailable, "unavailable"),
        ("ValidationException", 400, "Overloaded", Unavailable, "overloaded"),
        (
            "AccessDeniedException", 403,
            "Your AWS Marketplace subscription for this model is still being processed.",
            Unavailable, "access_starting",
        ),
        ("ThrottlingException", 429, "Too many tokens per day, please wait.", Exhausted, "daily_quota"),
        (
            "InvalidSignatureException", 403,
            "Signature expired: 20261130T180000Z is now earlier than 20261130T181500Z",
            AccountRefused, "clock",
        ),
        ("ValidationException", 400, "Input is too long for requested model.", Rejected, "too_long"),
        ("ValidationException", 400, NO_TEMPERATURE, FieldRefused, "field_refused"),
        (
            "ModelErrorException", 424, "Model produced invalid sequence as part of ToolUse.",
            MalformedAnswer, "malformed",
        ),
    ],
)  # fmt: skip
def test_words_tell_whom_an_error_concerns(
    code: str, status: int, words: str, family: type[ProviderError], cause: str
) -> None:
    error = translate(of_service(code, status, words=words))
    assert (type(error), error.cause) == (family, cause)
    assert error.known
    assert error.reply is not None
    assert (error.reply.service, error.reply.code, error.reply.status, error.reply.text) == (
        "bedrock", code, status, words,
    )  # fmt: skip


def test_what_only_a_code_or_a_status_speaks_for_is_not_known() -> None:
    assert not translate(of_service("ZebraException", 400)).known


def test_a_refused_setting_is_named() -> None:
    error = translate(of_service("ValidationException", 400, words=NO_TEMPERATURE))
    assert isinstance(error, FieldRefused)
    assert error.setting == "temperature"
