"""Bedrock, where people's work goes there: credentials, endpoint, and the model where a call may be spent."""

from __future__ import annotations

from collections.abc import Iterator

from feedback import upstreams
from feedback.causes import cause_of
from feedback.providers.base import (
    AccountRefused,
    FieldRefused,
    MalformedAnswer,
    ProviderError,
    Rejected,
    Throttled,
    Truncated,
)
from feedback.providers.bedrock import BedrockSettings
from feedback.providers.bedrock.probe import ask, credentials_from, endpoint_of, reach
from feedback.services.error_texts import as_classed

from .model import Finding, fail, ok, warn

CREDENTIALS = cause_of("credentials_missing").advice
REQUEST = "Look at this upstream's settings of generation; class the text under Error texts if it is wrong."
ANSWER = "Choose another way of structured output for this upstream, or another model."


def bedrock(*, call: bool = False) -> Iterator[Finding]:
    asked = upstreams.bedrock_upstreams()
    if not asked:
        yield ok("bedrock", "Not used: people's work is read by the offline provider (FEEDBACK_UPSTREAM).")
        return
    yield _credentials(next(iter(asked.values())))  # of this machine: the same for all
    for upstream, wanted in asked.items():
        yield _endpoint(upstream, wanted)
        if call:
            yield _model(upstream, wanted)
    if not call:
        models = ", ".join(dict.fromkeys(wanted.model for wanted in asked.values()))
        yield ok("bedrock", f"{models}: not asked; --call spends one short call on each")


def _credentials(wanted: BedrockSettings) -> Finding:
    try:
        source = credentials_from(wanted)
    except ProviderError as error:
        return fail("bedrock", f"Credentials could not be read: {error}", CREDENTIALS)
    if source is None:
        return fail("bedrock", "There are no AWS credentials.", CREDENTIALS)
    return ok("bedrock", f"credentials from {source}")


def _endpoint(upstream: str, wanted: BedrockSettings) -> Finding:
    where = endpoint_of(wanted)
    try:
        reach(where, seconds=wanted.connect_timeout)
    except OSError as error:
        return fail("bedrock", f"{upstream}: {where} can't be reached: {error}", _correct(upstream))
    return ok("bedrock", f"{upstream}: {where} can be reached")


def _correct(upstream: str) -> str:
    own = "BEDROCK_REGION or BEDROCK_ENDPOINT_URL"
    where = own if upstream == "bedrock" else f"{upstream} in BEDROCK_UPSTREAMS"
    return f"Correct {where}, or open the way out to port 443."


def _model(upstream: str, wanted: BedrockSettings) -> Finding:
    name = f"{upstream}: {wanted.model}"
    try:
        seconds = ask(wanted)
    except ProviderError as raised:
        return _unanswered(name, as_classed(raised))
    return ok("bedrock", f"{name} answered in {seconds:.1f} s")


def _unanswered(name: str, error: ProviderError) -> Finding:
    """By whom the error concerns, as work would take it."""
    match error:
        case Throttled():
            return warn("bedrock", f"{name} throttles: {error}", "The quota is used up for now; ask again.")
        case AccountRefused():
            cause = cause_of(error.cause)
            return fail("bedrock", f"{name} refuses, for {cause.words}: {error}", cause.advice)
        case FieldRefused():
            advice = f"Take the setting {error.setting} away from this upstream, or choose another model."
            return fail("bedrock", f"{name} does not take {error.setting}: {error}", advice)
        case Rejected():
            return fail("bedrock", f"{name} refuses the call that work makes: {error}", REQUEST)
        case MalformedAnswer() | Truncated():
            return fail("bedrock", f"{name} answers, but not as work needs it: {error}", ANSWER)
    return fail("bedrock", f"{name} fails: {error}", "See the AWS health page; ask again later.")
