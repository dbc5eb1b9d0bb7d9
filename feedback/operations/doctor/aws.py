"""The models behind the upstreams: credentials, endpoint, and an answer where a call may be spent."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from feedback.dispatch import upstreams
from feedback.models import Endpoint
from feedback.operations.causes import cause_of
from feedback.providers.base import (
    AccountRefused,
    FieldRefused,
    MalformedAnswer,
    ProviderError,
    Rejected,
    SectionRequest,
    Throttled,
    Truncated,
)
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from feedback.providers.bedrock.probe import credentials_from, endpoint_of, reach
from feedback.providers.short_call import answered_in
from feedback.selectors.upstreams.endpoints import SOON, Target, called_upstreams, target_of
from feedback.services.upstreams.error_texts import as_classed

from .model import Finding, Level, fail, ok, warn

CREDENTIALS = cause_of("credentials_missing").advice
REQUEST = "Look at this upstream's settings of generation; class the text under Error texts if it is wrong."
ANSWER = "Choose another way of structured output for this upstream, or another model."
CONNECT_SECONDS = 5.0

COUNTING = "Allow bedrock:CountTokens, or correct the id that the model's row names for it."
ESTIMATE = "See how far it is for a text of yours: manage.py tokens --upstream NAME FILE."
SAMPLE = SectionRequest(text="The quick brown fox jumps over the lazy dog. " * 40)


def bedrock(*, call: bool = False) -> Iterator[Finding]:
    """Each upstream that work can reach; with `call`, one call of the kind that work makes."""
    asked = called_upstreams()
    if not asked:
        yield ok("bedrock", "Not used: people's work is read by the offline provider (FEEDBACK_UPSTREAM).")
        return
    for upstream in asked:
        yield from _upstream(upstream, call=call)


def _upstream(upstream: str, *, call: bool) -> Iterator[Finding]:
    try:
        target = target_of(upstream)
    except (LookupError, ValueError) as error:
        yield fail("bedrock", f"{upstream}: {error}", "Choose a model and a region that go together.")
        return
    if target.provider == Endpoint.Provider.BEDROCK:
        wanted = upstreams.bedrock_settings(target)
        yield _credentials(upstream, wanted)
        yield _endpoint(upstream, endpoint_of(wanted))
    else:
        yield _endpoint(upstream, target.address)
    yield from _life(target)
    if call:
        answer = _answer(target)
        yield answer
        if answer.level is Level.OK:
            yield from _estimate(upstream)
    else:
        yield ok("bedrock", f"{upstream}: {target.model_id}: not asked; --call spends one short call on it")


def _credentials(upstream: str, wanted: BedrockSettings) -> Finding:
    try:
        source = credentials_from(wanted)
    except ProviderError as error:
        return fail("bedrock", f"{upstream}: credentials could not be read: {error}", CREDENTIALS)
    if source is None:
        return fail("bedrock", f"{upstream}: There are no AWS credentials.", CREDENTIALS)
    return ok("bedrock", f"{upstream}: credentials from {source}")


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


def _endpoint(upstream: str, where: str) -> Finding:
    try:
        reach(where, seconds=CONNECT_SECONDS)
    except OSError as error:
        return fail("bedrock", f"{upstream}: {where} can't be reached: {error}", _correct(upstream))
    return ok("bedrock", f"{upstream}: {where} can be reached")


def _correct(upstream: str) -> str:
    return f"Correct the endpoint of {upstream} in the admin, or open the way out to it."


def _life(target: Target) -> Iterator[Finding]:
    end, name = target.facts.end_of_life, f"{target.upstream}: {target.facts.title}"
    if end is None:
        return
    choose = f"Choose a current model: admin, Endpoints, {target.upstream}."
    if target.facts.ended(timezone.localdate()):
        yield fail("bedrock", f"{name} has ended on {end}: each call will be refused.", choose)
    elif end - SOON <= timezone.localdate():
        yield warn("bedrock", f"{name} ends on {end}", choose)


def _answer(target: Target) -> Finding:
    """The call that work makes: same prompt, same settings, same way to a structured answer."""
    name = f"{target.upstream}: {target.model_id}"
    try:
        seconds = answered_in(upstreams.provider_for(target.upstream), seconds=settings.BEDROCK_CALL_SECONDS)
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
