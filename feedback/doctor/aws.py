"""Bedrock, where people's work goes there: credentials, endpoint, and the model where a call may be spent."""

from __future__ import annotations

from collections.abc import Iterator

from feedback import upstreams
from feedback.providers.base import ProviderError, Rejected, SectionRequest, Throttled
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from feedback.providers.bedrock.probe import ask, credentials_from, endpoint_of, reach

from .model import Finding, fail, ok, warn

CREDENTIALS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or give the machine a role."
ACCESS = (
    "Ask for access to the model in the Bedrock console, and allow bedrock:InvokeModelWithResponseStream."
)

COUNTING = "Allow bedrock:CountTokens, or correct the id that the model's row names for it."
ESTIMATE = "See how far it is for a text of yours: manage.py tokens --upstream NAME FILE."
SAMPLE = SectionRequest(text="The quick brown fox jumps over the lazy dog. " * 40)


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
            yield from _estimate(upstream)
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


def _estimate(upstream: str) -> Iterator[Finding]:
    """How far our estimate lies from the service's count, where its model can be counted."""
    provider, model_id = upstreams.provider_for(upstream), upstreams.counting_id_of(upstream)
    if not (isinstance(provider, BedrockProvider) and model_id):
        return
    estimate = provider.estimate(SAMPLE).input_tokens
    try:
        counted = provider.count(SAMPLE, model_id=model_id)
    except ProviderError as error:
        yield warn("bedrock", f"{upstream}: its tokens can't be counted: {error}", COUNTING)
        return
    found = f"{upstream}: {estimate} tokens estimated of a request that the service counts {counted}"
    if estimate < counted:
        yield warn("bedrock", f"{found}: quota is held too little.", ESTIMATE)
    else:
        yield ok("bedrock", found)


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
    except Throttled as error:
        return warn("bedrock", f"{name} throttles: {error}", "The quota is used up for now; ask again.")
    except Rejected as error:
        return fail("bedrock", f"{name} refuses: {error}", ACCESS)
    except ProviderError as error:
        return fail("bedrock", f"{name} fails: {error}", "See the AWS health page; ask again later.")
    return ok("bedrock", f"{name} answered in {seconds:.1f} s")
