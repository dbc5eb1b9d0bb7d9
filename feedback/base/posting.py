"""A POST of JSON to an address that somebody else named, with its end as one of the senders' errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import MaxRetryError, NewConnectionError

from .outward import Forbidden, bounded, session
from .sending import NotPublic, NotSent, Rejected, Uncertain

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
LATER = (408, 425, 429)  # beside 5xx: not now, perhaps later
AGENT = "Marginalia alerts"


def encode(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    allowed_by: str = "ALERTS_NETWORKS",
) -> int:
    """The status of a success. Raises NotSent where the server refused or was never reached, Uncertain where
    it did not answer.

    `allowed_by`: the setting with networks of ours that this may reach.
    A redirect is no delivery: the address shall be the right one. The answer's body is not read.
    """
    networks, seconds = getattr(settings, allowed_by), 2 * CONNECT_SECONDS + ANSWER_SECONDS
    try:
        with session() as http, bounded(networks, seconds):
            answer = http.post(
                url,
                data=body,
                headers={"Content-Type": "application/json", "User-Agent": AGENT, **(headers or {})},
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            answer.close()
    except requests.RequestException as error:
        raise _meaning(error, allowed_by) from error
    if 200 <= answer.status_code < 300:
        return answer.status_code
    permanent = answer.status_code < 500 and answer.status_code not in LATER
    again_in = seconds_of(answer.headers.get("Retry-After", ""))
    raise Rejected(answer.status_code, permanent=permanent, again_in=again_in)


def seconds_of(retry_after: str) -> float | None:
    """Of a field with seconds or a date. None: there is none that can be read."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _meaning(error: requests.RequestException, allowed_by: str) -> Exception:
    name = type(error).__name__
    if isinstance(reason := _why_not_connected(error), Forbidden):
        return NotPublic(f"{reason}; {allowed_by} may allow it", permanent=True)
    if isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return NotSent(f"no connection ({name})")
    if isinstance(error, requests.ConnectionError | requests.Timeout):
        return Uncertain(f"no answer ({name})")
    return NotSent(f"the request could not be made ({name})", permanent=True)


def _why_not_connected(error: requests.RequestException) -> Exception | None:
    cause = error.args[0] if error.args else None
    return cause.reason if isinstance(cause, MaxRetryError) else None
