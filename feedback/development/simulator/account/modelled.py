"""The errors of the Bedrock Runtime service model, with their statuses and the words AWS uses."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .quota import Left


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
    MODEL_TIMEOUT = "modelTimeoutException"  # modelled for InvokeModelWithResponseStream alone
    VALIDATION = "validationException"


class StopReason(StrEnum):
    """The reason for which an answer ended, in the words of the service model."""

    END_TURN = "end_turn"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    STOP_SEQUENCE = "stop_sequence"
    GUARDRAIL_INTERVENED = "guardrail_intervened"
    CONTENT_FILTERED = "content_filtered"
    MALFORMED_MODEL_OUTPUT = "malformed_model_output"
    MALFORMED_TOOL_USE = "malformed_tool_use"
    CONTEXT_EXCEEDED = "model_context_window_exceeded"


class _Modelled(NamedTuple):
    status: int
    message: str


MODELLED: Mapping[str, _Modelled] = {
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
    StreamErrorName.MODEL_TIMEOUT: MODELLED[ErrorName.MODEL_TIMEOUT].message,
    StreamErrorName.VALIDATION: MODELLED[ErrorName.VALIDATION].message,
}


class ServiceError(Exception):
    """A request that the service answers with an error.

    What the chat-completions API says beside it: `code` and `param`, the real seconds until there is
    room again, and what is left of the quota.
    """

    def __init__(
        self, name: str, message: str = "", *, status: int | None = None,
        retry_after: str | None = None, code: str | None = None, param: str | None = None,
        room_in: float | None = None, left: Mapping[str, Left] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.name = name
        modelled = MODELLED.get(name)
        self.status = status or (modelled.status if modelled else 400)
        self.message = message or (modelled.message if modelled else name)
        self.retry_after = retry_after
        self.code = code
        self.param = param
        self.room_in = room_in
        self.left = left
        super().__init__(self.message)
