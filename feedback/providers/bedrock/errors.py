"""Errors of Bedrock, botocore and urllib3 as the providers' family of errors; the rules are errors.toml."""

from __future__ import annotations

from botocore import exceptions as botocore
from botocore.eventstream import ParserError
from botocore.parsers import ResponseParserError
from urllib3 import exceptions as urllib3

from feedback.providers.errors.classed import error_of
from feedback.providers.errors.classing import classify

from ..base import ProviderError, Reply
from ..bounds import retry_after

SERVICE = "bedrock"

# What got no answer, or not a whole one, and the service's own errors.
RAISED: tuple[type[Exception], ...] = (
    botocore.ClientError,
    botocore.BotoCoreError,
    urllib3.HTTPError,
    ParserError,  # a damaged frame
    ResponseParserError,  # an answer of something that isn't Bedrock
    OSError,
)


def translate(error: Exception) -> ProviderError:
    """The family's error for one of RAISED; its message keeps what the service reported, for operators."""
    if isinstance(error, botocore.ClientError):
        return _of_service(error)
    words = str(error)
    reply = Reply(SERVICE, _named(error, words), 0, words)
    return error_of(reply, f"{type(error).__name__}: {error}")


def _of_service(error: botocore.ClientError) -> ProviderError:
    reported = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    status = int(metadata.get("HTTPStatusCode") or 0)
    reply = Reply(SERVICE, str(reported.get("Code", "")), status, str(reported.get("Message", "")))
    header = metadata.get("HTTPHeaders", {}).get("retry-after", "")
    return error_of(reply, str(error), retry_after=retry_after(header))


def _named(error: Exception, words: str) -> str:
    """The first of its classes that a rule names; its own where none does."""
    names = [each.__name__ for each in type(error).__mro__ if issubclass(each, RAISED)]
    return next((name for name in names if classify(SERVICE, name, None, words).known), names[0])
