"""The limits that a server reports in its answers, and how long it asks to wait.

The headers are OpenAI's (platform documentation, "Rate limits"), which LiteLLM, Azure and Groq send too.
Each number is checked here, where it enters: what is not a sane number counts as not reported.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..base import RateLimit, RateLimits
from ..bounds import LONGEST_WAIT

MOST = 10**12  # requests or tokens
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_PART = r"([0-9]{1,12}(?:\.[0-9]{1,12})?)(ns|us|µs|ms|s|m|h|d)"
_DURATION = re.compile(rf"(?:{_PART})+")


def rate_limits(headers: Mapping[str, str]) -> RateLimits | None:
    """The limits for requests and tokens. None: the answer reports nothing."""
    requests, tokens = _rate_limit(headers, "requests"), _rate_limit(headers, "tokens")
    return RateLimits(requests, tokens) if requests or tokens else None


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait before another attempt, at most a day; 0: the answer does not say."""
    in_milliseconds = _seconds(headers.get("retry-after-ms", ""))
    if in_milliseconds is not None:
        return min(in_milliseconds / 1000, LONGEST_WAIT)
    wait = _until(headers.get("retry-after", ""))
    if wait is not None:
        return min(wait, LONGEST_WAIT)
    limits = rate_limits(headers) or RateLimits()
    resets = [each.reset for each in (limits.requests, limits.tokens) if each and each.remaining == 0]
    return max((reset for reset in resets if reset is not None), default=0.0)


def used_up(headers: Mapping[str, str]) -> str:
    """The one limit of which nothing is left: "requests" or "tokens"; empty: none, or both."""
    limits = rate_limits(headers) or RateLimits()
    empty = [
        name
        for name, each in (("requests", limits.requests), ("tokens", limits.tokens))
        if each and each.remaining == 0
    ]
    return empty[0] if len(empty) == 1 else ""


def _rate_limit(headers: Mapping[str, str], what: str) -> RateLimit | None:
    limit = RateLimit(
        limit=_count(headers.get(f"x-ratelimit-limit-{what}", "")),
        remaining=_count(headers.get(f"x-ratelimit-remaining-{what}", "")),
        reset=_reset(headers.get(f"x-ratelimit-reset-{what}", "")),
    )
    return limit if limit != RateLimit() else None


def _count(value: str) -> int | None:
    value = value.strip()
    return int(value) if re.fullmatch(r"[0-9]{1,13}", value) and int(value) <= MOST else None


def _reset(value: str) -> float | None:
    """A limit that is whole again in more than a day is none of these: some gateways send a point in time."""
    seconds = _until(value)
    return seconds if seconds is not None and seconds <= LONGEST_WAIT else None


def _until(value: str) -> float | None:
    """Seconds, from any form in use: a number, a duration like 1m30s, a date of HTTP or of ISO 8601."""
    value = value.strip()
    if (seconds := _seconds(value)) is not None:
        return seconds
    if _DURATION.fullmatch(value):
        return sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, value))
    then = _moment(value)
    return None if then is None else max(then.timestamp() - time.time(), 0.0)


def _seconds(value: str) -> float | None:
    return float(value) if re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,20})?", value.strip()) else None


def _moment(value: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            then = read(value)
        except (ValueError, OverflowError):
            continue
        return then if then.tzinfo else then.replace(tzinfo=UTC)
    return None
