"""One table from what Bedrock, botocore and urllib3 raise to the providers' family of errors."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from botocore import exceptions as botocore
from botocore.eventstream import ParserError
from botocore.parsers import ResponseParserError
from urllib3 import exceptions as urllib3

from ..base import Exhausted, ProviderError, Rejected, Throttled, TimedOut, Unavailable

# By the service's own name for it (API reference of Converse and ConverseStream, section Errors).
BY_CODE: Mapping[str, type[ProviderError]] = {
    "ThrottlingException": Throttled,
    "ServiceQuotaExceededException": Throttled,
    "ServiceUnavailableException": Unavailable,
    "InternalServerException": Unavailable,
    "ModelNotReadyException": Unavailable,
    "ModelErrorException": Unavailable,
    "ModelStreamErrorException": Unavailable,
    "ModelTimeoutException": TimedOut,
    "ValidationException": Rejected,
    "AccessDeniedException": Rejected,
    "ResourceNotFoundException": Rejected,
}

# For a name that isn't there: what its HTTP status says.
BY_STATUS: Mapping[int, type[ProviderError]] = {408: TimedOut, 429: Throttled, 504: TimedOut}

# What got no answer, or not a whole one. The first class that fits counts.
BY_CLASS: tuple[tuple[type[Exception], type[ProviderError]], ...] = (
    (botocore.ReadTimeoutError, TimedOut),
    (botocore.ConnectionError, Unavailable),  # name, route, connect time-out, TLS, proxy
    (botocore.HTTPClientError, Unavailable),  # refused, reset, closed
    (botocore.CredentialRetrievalError, Unavailable),  # the service that hands them out has a bad moment
    (botocore.MetadataRetrievalError, Unavailable),
    (botocore.BotoCoreError, Rejected),  # credentials, parameters, endpoint: ours to put right
    (urllib3.ReadTimeoutError, TimedOut),
    (urllib3.HTTPError, Unavailable),
    (ParserError, Unavailable),  # a damaged frame
    (ResponseParserError, Unavailable),  # an answer of something that isn't Bedrock
    (OSError, Unavailable),
)

RAISED: tuple[type[Exception], ...] = (botocore.ClientError, *(raised for raised, _ in BY_CLASS))


def translate(error: Exception) -> ProviderError:
    """The family's error for one of RAISED; its message keeps what the service said, for operators."""
    if isinstance(error, botocore.ClientError):
        return _of_service(error)
    family = next(family for raised, family in BY_CLASS if isinstance(error, raised))
    return family(f"{type(error).__name__}: {error}")


def _of_service(error: botocore.ClientError) -> ProviderError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    metadata = error.response.get("ResponseMetadata", {})
    # Inside a stream a name begins in lower case.
    family = BY_CODE.get(code[:1].upper() + code[1:]) or _by_status(metadata.get("HTTPStatusCode"))
    retry_after = _retry_after(metadata.get("HTTPHeaders", {}))
    if family is Throttled:
        return _throttled(str(error), retry_after)
    return family(str(error), retry_after=retry_after)


def _throttled(said: str, retry_after: float) -> Throttled:
    """Bedrock tells its quotas apart in words alone: "Too many tokens per day, please wait ..."."""
    words = said.lower()
    if "per day" in words or "daily" in words:
        return Exhausted(said, retry_after=retry_after)
    error = Throttled(said, retry_after=retry_after)
    error.quota = (
        "tokens" if "too many tokens" in words else "requests" if "too many requests" in words else ""
    )
    return error


def _by_status(status: int | None) -> type[ProviderError]:
    if status is None:  # an unnamed error in a stream that had begun well
        return Unavailable
    return BY_STATUS.get(status) or (Unavailable if status >= 500 else Rejected)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, from either form that HTTP allows; 0 where there is none that can be read."""
    value = headers.get("retry-after", "").strip()
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except ValueError:
        return 0.0
