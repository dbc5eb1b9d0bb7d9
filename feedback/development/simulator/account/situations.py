"""Errors of the real service that the service model does not tell apart: by their words, with their sources.

The words are those that people have reported; {model} and {now} are filled in when they are sent.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from .modelled import ServiceError


class Situation(StrEnum):
    # The moment.
    TRY_AGAIN = "try_again"
    OVERLOADED = "overloaded"
    SUBSCRIBING = "subscribing"
    # This request.
    INPUT_TOO_LONG = "input_too_long"
    FILTERED = "filtered"
    # The account, or the model for it.
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - a situation, no secret
    UNRECOGNIZED_CLIENT = "unrecognized_client"
    BAD_SIGNATURE = "bad_signature"
    WRONG_CLOCK = "wrong_clock"
    NOT_AUTHORIZED = "not_authorized"
    DENIED_BY_POLICY = "denied_by_policy"
    NO_MODEL_ACCESS = "no_model_access"
    USE_CASE_MISSING = "use_case_missing"
    MARKETPLACE = "marketplace"
    PAYMENT = "payment"
    MODEL_GONE = "model_gone"
    MODEL_LEGACY = "model_legacy"
    MODEL_UNKNOWN = "model_unknown"
    NEEDS_PROFILE = "needs_profile"
    QUOTA_OF_ZERO = "quota_of_zero"


class Wording(NamedTuple):
    code: str
    status: int
    message: str


_NOT_SUBSCRIBED = (
    "Model access is denied due to IAM user or service role is not authorized to perform the required AWS "
    "Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to "
    "this model. Refer to the Amazon Bedrock documentation for further details."
)
_NOT_YET = (
    " Your AWS Marketplace subscription for this model cannot be completed at this time. "
    "If you recently fixed this issue, try again after {minutes} minutes."
)

WORDINGS: Mapping[Situation, Wording] = {
    # API reference of Converse, InternalServerException; the same words come as a ValidationException.
    Situation.TRY_AGAIN: Wording(
        "ValidationException",
        400,
        "The system encountered an unexpected error during processing. Try your request again.",
    ),
    # The model provider's own error, passed on in a 400 (anthropic-sdk-python #940).
    Situation.OVERLOADED: Wording(
        "ValidationException",
        400,
        'The model returned the following errors: {{"type":"error","error":{{"details":null,'
        '"type":"overloaded_error","message":"Overloaded"}}}}',
    ),
    # User guide, "Access Amazon Bedrock foundation models"; aws-samples/sample-host-openclaw #41.
    Situation.SUBSCRIBING: Wording(
        "AccessDeniedException", 403, _NOT_SUBSCRIBED + _NOT_YET.replace("{minutes}", "2")
    ),
    # API error codes of the user guide, and many reports.
    Situation.INPUT_TOO_LONG: Wording("ValidationException", 400, "Input is too long for requested model."),
    Situation.FILTERED: Wording("ValidationException", 400, "Output blocked by content filtering policy"),
    # Common errors of every AWS API.
    Situation.EXPIRED_TOKEN: Wording(
        "ExpiredTokenException", 403, "The security token included in the request is expired"
    ),
    Situation.UNRECOGNIZED_CLIENT: Wording(
        "UnrecognizedClientException", 403, "The security token included in the request is invalid."
    ),
    Situation.BAD_SIGNATURE: Wording(
        "InvalidSignatureException",
        403,
        "The request signature we calculated does not match the signature you provided. Check your AWS "
        "Secret Access Key and signing method. Consult the service documentation for details.",
    ),
    Situation.WRONG_CLOCK: Wording(
        "InvalidSignatureException",
        403,
        "Signature expired: {signed} is now earlier than {earliest} ({now} - 5 min.)",
    ),
    Situation.NOT_AUTHORIZED: Wording(
        "AccessDeniedException",
        403,
        "User: arn:aws:sts::123456789012:assumed-role/marginalia/worker is not authorized to perform: "
        "bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:::foundation-model/{model} "
        "because no identity-based policy allows the bedrock:InvokeModelWithResponseStream action",
    ),
    # aws-samples/sample-badgers #33.
    Situation.DENIED_BY_POLICY: Wording(
        "AccessDeniedException",
        403,
        "User: arn:aws:sts::123456789012:assumed-role/marginalia/worker is not authorized to perform: "
        "bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:::foundation-model/{model} "
        "with an explicit deny in a service control policy",
    ),
    Situation.NO_MODEL_ACCESS: Wording(
        "AccessDeniedException", 403, "You don't have access to the model with the specified model ID."
    ),
    Situation.USE_CASE_MISSING: Wording(
        "ResourceNotFoundException",
        404,
        "Model use case details have not been submitted for this account. Fill out the Anthropic use case "
        "details form before using the model. If you have already filled out the form, try again in 15 "
        "minutes.",
    ),
    # aws-samples/anthropic-on-aws #252.
    Situation.MARKETPLACE: Wording("AccessDeniedException", 403, _NOT_SUBSCRIBED),
    Situation.PAYMENT: Wording(
        "AccessDeniedException",
        403,
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be "
        "provided." + _NOT_YET.replace("{minutes}", "2"),
    ),
    # aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws #708.
    Situation.MODEL_GONE: Wording(
        "ResourceNotFoundException",
        404,
        "This model version has reached the end of its life. "
        "Please refer to the AWS documentation for more details.",
    ),
    # awslabs/llmeter #35.
    Situation.MODEL_LEGACY: Wording(
        "ResourceNotFoundException",
        404,
        "Access denied. This Model is marked by provider as Legacy and you have not been actively using the "
        "model in the last 30 days. Please upgrade to an active model on Amazon Bedrock",
    ),
    Situation.MODEL_UNKNOWN: Wording("ValidationException", 400, "The provided model identifier is invalid."),
    # anthropics/claude-code #1466.
    Situation.NEEDS_PROFILE: Wording(
        "ValidationException",
        400,
        "Invocation of model ID {model} with on-demand throughput isn’t supported. Retry your request with "
        "the ID or ARN of an inference profile that contains this model.",
    ),
    # A new account's quota may be none at all: its first call is one too many (minorun365/agent-book #29).
    Situation.QUOTA_OF_ZERO: Wording(
        "ThrottlingException", 429, "Too many tokens per day, please wait before trying again."
    ),
}

FIVE_MINUTES = 300.0  # by which a signature's time may differ (AWS General Reference, "Signature Version 4")


def situation_error(situation: Situation, **filled: str) -> ServiceError:
    """The error of a situation in its words, with what it names filled in."""
    wording = WORDINGS[situation]
    now = time.time()
    known = {
        "model": "",
        "now": stamp(now),
        "signed": stamp(now - 600),
        "earliest": stamp(now - FIVE_MINUTES),
    }
    return ServiceError(wording.code, wording.message.format(**{**known, **filled}), status=wording.status)


def stamp(seconds: float) -> str:
    """A time as signatures have it."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))
