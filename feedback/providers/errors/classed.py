"""The providers' own family of errors, from the class of a service's error."""

from __future__ import annotations

from collections.abc import Mapping

from feedback.providers.base import (
    AccountRefused,
    Exhausted,
    FieldRefused,
    MalformedAnswer,
    ProviderError,
    Rejected,
    Reply,
    Throttled,
    TimedOut,
    TokenUsage,
    Unavailable,
)

from .classing import Classed, Concerns, classify

# What concerns the moment and is not simply away.
MOMENT: Mapping[str, type[ProviderError]] = {
    "throttled": Throttled,
    "daily_quota": Exhausted,
    "timed_out": TimedOut,
    "malformed": MalformedAnswer,
}


def error_of(
    reply: Reply, message: str, *, retry_after: float = 0.0, usage: TokenUsage | None = None
) -> ProviderError:
    """What a service's error means, with its own words kept. `message` is for operators."""
    classed = classify(reply.service, reply.code, reply.status or None, reply.text)
    error = _of_family(classed, message)
    error.cause, error.known, error.reply = classed.cause, classed.known, reply
    error.retry_after, error.usage = retry_after, usage
    return error


def _of_family(classed: Classed, message: str) -> ProviderError:
    if classed.learnable:
        return FieldRefused(message, setting=classed.field)
    match classed.concerns:
        case Concerns.ACCOUNT:
            return AccountRefused(message)
        case Concerns.REQUEST:
            return Rejected(message)
    error = MOMENT.get(classed.cause, Unavailable)(message)
    if isinstance(error, Throttled):
        error.quota = classed.quota
    return error
