"""Errors of the openai client and httpx as the providers' family of errors."""

from __future__ import annotations

import json

import httpx2
import openai

from feedback.providers.errors.classed import error_of

from ..base import ProviderError, Reply, Throttled
from .frames import ErrorInAnswer, NotAnAnswer
from .limits import retry_after, used_up
from .replies import SERVICE, reply_in, without_echo

# What a server sends that isn't what it seems: no JSON, or no text in UTF-8.
NOT_JSON = (json.JSONDecodeError, UnicodeDecodeError)
RAISED: tuple[type[Exception], ...] = (
    openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL,
    ErrorInAnswer, NotAnAnswer, *NOT_JSON, OSError,
)  # fmt: skip


def translate(error: Exception, key: str | None = None) -> ProviderError:
    """The family's error for one of RAISED. The key is shown nowhere, even where a server echoes it."""
    secrets = [key] if key else []
    match error:
        case openai.APIStatusError():
            return _of_status(error, secrets)
        case ErrorInAnswer():
            return _error(reply_in(error.body, secrets=secrets))
        case NotAnAnswer():
            return _error(Reply(SERVICE, type(error).__name__, 200, str(error)))
    if isinstance(error, NOT_JSON):
        return _error(Reply(SERVICE, "NotJson", 200, "A chunk of the answer is not JSON."))
    cause = _innermost(error)
    return _error(Reply(SERVICE, type(cause).__name__, 0, without_echo(str(cause), secrets)))


def _of_status(error: openai.APIStatusError, secrets: list[str]) -> ProviderError:
    response = error.response
    try:
        body: object = json.loads(response.content)
    except ValueError:  # a proxy's page, or nothing
        body = _words_of(response)
    reply = reply_in(body, status=response.status_code, secrets=secrets)
    if not reply.text:
        reply = Reply(reply.service, reply.code, reply.status, response.reason_phrase)
    refused = _error(reply, retry_after(response.headers))
    if isinstance(refused, Throttled):
        refused.quota = refused.quota or used_up(response.headers)
    return refused


def _error(reply: Reply, wait: float = 0.0) -> ProviderError:
    """Its message is for operators: code and status where there are any, and the server's words."""
    where = " ".join(str(each) for each in (reply.code, reply.status) if each)
    return error_of(reply, f"{where}: {reply.text}" if where else reply.text, retry_after=wait)


def _words_of(response: httpx2.Response) -> str:
    """A body that is no JSON; of a page in HTML the type alone, as its words are a proxy's or a portal's."""
    kind = response.headers.get("content-type", "")
    return f"A page of the type {kind}." if "html" in kind else response.text


def _innermost(error: Exception) -> Exception:
    """The client says "Connection error."; what it was made of says what happened."""
    while isinstance(error, openai.APIConnectionError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    return error
