"""A short call for no person: it has a service compile the answer's schema before somebody waits for it."""

from __future__ import annotations

import logging

from uuid_utils.compat import uuid7

from feedback.base.connections import release_connection
from feedback.dispatch import flows
from feedback.dispatch.upstreams import provider_for
from feedback.messages.errors import error_in_words
from feedback.models import Job
from feedback.pipeline.failure import failure_of
from feedback.pipeline.usage import known, settled
from feedback.providers.base import (
    Aborted,
    Accepted,
    AccountRefused,
    Call,
    Finished,
    MalformedAnswer,
    Provider,
    ProviderError,
    TokenUsage,
    Truncated,
)
from feedback.services.upstreams import error_texts, holding, spending, warmth
from limiter import selectors as limiter
from limiter.gate.model import Outcome
from limiter.jobs.execution import Execution, current_execution

logger = logging.getLogger(__name__)


def perform() -> None:
    """What RQ calls, under the lease that the gate gave it."""
    execution = current_execution()
    if execution is not None:
        run("", execution)


def run(_job: str, execution: Execution) -> None:
    """The same in process. Without a lease, past the gate, nothing is called."""
    if execution.lease is None:
        return
    upstream = execution.lease.upstream
    provider = provider_for(upstream)
    try:
        usage = known(_called(upstream, provider, execution), execution)
    except Exception as error:
        failure = failure_of(error, execution)
        logger.warning("the schema of %s is not warmed: %s", upstream, error_in_words(failure.error))
        usage = known(failure.usage, execution)
        execution.report(failure.outcome, settled(usage), retry_after=failure.retry_after)
    else:
        execution.report(Outcome.SUCCESS, settled(usage))
        warmth.note_warm(upstream, provider)
    _pay(upstream, provider, usage)


def _called(upstream: str, provider: Provider, execution: Execution) -> TokenUsage:
    """Its timing is left out: compiling is no slowness. Raises ProviderError."""
    call = Call(max_tokens=warmth.LONGEST_ANSWER)
    execution.on_abort(call.abort)
    trial = holding.Trial(upstream, limiter.hold_state_of(upstream))
    trial.begins()
    release_connection()  # for minutes
    try:
        for event in provider.stream(warmth.REQUEST, call):
            match event:
                case Accepted():
                    execution.accepted()
                    trial.passed()
                case Finished():
                    return event.usage
    except (Truncated, MalformedAnswer) as short:  # so short an answer is not whole, which does no harm
        return short.usage or TokenUsage()
    except ProviderError as raised:
        error = error_texts.as_classed(raised)
        if isinstance(error, AccountRefused):
            trial.refused(error)
        raise error from raised.__cause__
    raise Aborted


def _pay(upstream: str, provider: Provider, usage: TokenUsage) -> None:
    """As any other call; the job is never saved, for there is no document that it could be about."""
    job = Job(
        id=uuid7(), upstream=upstream, flow=flows.SYSTEM, model=provider.model,
        max_tokens=warmth.LONGEST_ANSWER,
    )  # fmt: skip
    spending.charge(job, spending.cost_of(job, usage))
