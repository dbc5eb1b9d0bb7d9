"""A POST of JSON, with its end as one of the senders' errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from feedback.base.sending import NotSent, Uncertain

from .public import Forbidden, session

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
LATER = (408, 425, 429)  # beside 5xx: not now, perhaps later
AGENT = "Marginalia alerts"


def encode(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def post(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """Raises NotSent where the server refused or was never reached, Uncertain where it did not answer.

    A redirect is no delivery: the address in the admin shall be the right one.
    """
    try:
        with session() as http:
            answer = http.post(
                url,
                data=body,
                headers={"Content-Type": "application/json", "User-Agent": AGENT, **(headers or {})},
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
            )
    except requests.RequestException as error:
        raise _meaning(error) from error
    if 200 <= answer.status_code < 300:
        return
    permanent = answer.status_code < 500 and answer.status_code not in LATER
    raise NotSent(f"HTTP {answer.status_code}", permanent=permanent)


def _meaning(error: requests.RequestException) -> Exception:
    name = type(error).__name__
    if isinstance(reason := _why_not_connected(error), Forbidden):
        return NotSent(f"{reason}; ALERTS_NETWORKS may allow it", permanent=True)
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return NotSent(f"no connection ({name})")
    if isinstance(error, requests.ConnectionError | requests.Timeout):
        return Uncertain(f"no answer ({name})")
    return NotSent(f"the request could not be made ({name})", permanent=True)


def _why_not_connected(error: requests.RequestException) -> Exception | None:
    cause = error.args[0] if error.args else None
    return cause.reason if isinstance(cause, MaxRetryError) else None
