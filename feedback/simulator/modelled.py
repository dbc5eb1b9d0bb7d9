"""The errors of the Bedrock Runtime service model, with their statuses and the words AWS uses."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class ErrorName(StrEnum):
    THROTTLING = "ThrottlingException"
    SERVICE_UNAVAILABLE = "ServiceUnavailableException"
    INTERNAL_SERVER = "InternalServerException"
    MODEL_TIMEOUT = "ModelTimeoutException"
    MODEL_ERROR = "ModelErrorException"
    MODEL_NOT_READY = "ModelNotReadyException"
    VALIDATION = "ValidationException"
    ACCESS_DENIED = "AccessDeniedException"
    RESOURCE_NOT_FOUND = "ResourceNotFoundException"


class StreamErrorName(StrEnum):
    """What the model allows inside a stream, named as its exception frames name it."""

    THROTTLING = "throttlingException"
    SERVICE_UNAVAILABLE = "serviceUnavailableException"
    INTERNAL_SERVER = "internalServerException"
    MODEL_STREAM_ERROR = "modelStreamErrorException"
    VALIDATION = "validationException"


class _Modelled(NamedTuple):
    status: int
    message: str


MODELLED: Mapping[ErrorName, _Modelled] = {
    ErrorName.THROTTLING: _Modelled(429, "Too many requests, please wait before trying again."),
    ErrorName.SERVICE_UNAVAILABLE: _Modelled(503, "Bedrock is unable to process your request."),
    ErrorName.INTERNAL_SERVER: _Modelled(
        500, "The system encountered an unexpected error during processing. Try your request again."
    ),
    ErrorName.MODEL_TIMEOUT: _Modelled(408, "The request took too long to process. Try your request again."),
    ErrorName.MODEL_ERROR: _Modelled(
        424, "The request failed due to an error while processing the model. Try your request again."
    ),
    ErrorName.MODEL_NOT_READY: _Modelled(429, "The model is not ready to serve inference requests."),
    ErrorName.VALIDATION: _Modelled(400, "The provided request is not valid."),
    ErrorName.ACCESS_DENIED: _Modelled(
        403, "You don't have access to the model with the specified model ID."
    ),
    ErrorName.RESOURCE_NOT_FOUND: _Modelled(404, "The provided model identifier was not found."),
}

STREAM_MESSAGES: Mapping[StreamErrorName, str] = {
    StreamErrorName.THROTTLING: MODELLED[ErrorName.THROTTLING].message,
    StreamErrorName.SERVICE_UNAVAILABLE: MODELLED[ErrorName.SERVICE_UNAVAILABLE].message,
    StreamErrorName.INTERNAL_SERVER: MODELLED[ErrorName.INTERNAL_SERVER].message,
    StreamErrorName.MODEL_STREAM_ERROR: "The system encountered an error while streaming the response.",
    StreamErrorName.VALIDATION: MODELLED[ErrorName.VALIDATION].message,
}


class ServiceError(Exception):
    """A request that the service answers with an error."""

    def __init__(self, name: ErrorName, message: str = "", *, retry_after: int | None = None) -> None:
        self.name = name
        self.status, default = MODELLED[name]
        self.message = message or default
        self.retry_after = retry_after
        super().__init__(self.message)

    def headers(self) -> dict[str, str]:
        headers = {
            "content-type": "application/json",
            "x-amzn-errortype": f"{self.name}:http://internal.amazon.com/coral/com.amazon.bedrock/",
            "x-amzn-requestid": str(uuid.uuid4()),
        }
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        return headers

    def body(self) -> bytes:
        return json.dumps({"message": self.message}).encode()
