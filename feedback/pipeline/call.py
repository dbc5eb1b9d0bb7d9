"""The provider call of a job: accepted, streamed to the page, cut from outside where it must end early."""

from __future__ import annotations

from time import monotonic

from feedback.base.connections import release_connection
from feedback.dispatch.requests import metadata_of
from feedback.dispatch.upstreams import FLEX, provider_for, tiers_of
from feedback.live import Writer
from feedback.models import Job
from feedback.providers.base import (
    Aborted,
    Accepted,
    AccountRefused,
    Call,
    Compiling,
    Delta,
    Finished,
    MalformedAnswer,
    ProviderError,
    Request,
    Throttled,
    TimedOut,
    Truncated,
)
from feedback.selectors.intake.visibility import feedback_visible
from feedback.services.upstreams import error_texts, holding, reported_limits, warmth
from limiter.gate.model import Quota, Timing
from limiter.jobs.execution import Execution

CUT_OFF = "max_tokens"  # the stop reason of an answer that was longer than allowed


def call_provider(job: Job, request: Request, execution: Execution, *, live: bool = True) -> Finished:
    """Run the call to its end, with its words on open pages as they come, where it is live.

    What a teacher reviews first is not: its words never enter the stream that pages read.

    Raises ProviderError; Aborted where the call was cut on our side.

    An answer that was cut off raises Truncated, for another attempt with more room; at the most that may
    be asked for, what is whole in it counts.
    """
    room = _more_room(job, request)
    try:
        finished = _called(job, request, execution, live)
    except Truncated as error:
        if room:
            raise Truncated(str(error), usage=error.usage, room=room) from error
        raise MalformedAnswer(str(error), usage=error.usage) from error
    if finished.stop_reason == CUT_OFF and room:
        raise Truncated(usage=finished.usage, room=room)
    return finished


def _called(job: Job, request: Request, execution: Execution, live: bool) -> Finished:
    # The model may have lost its tier meanwhile.
    tier = job.tier if job.tier and job.tier in tiers_of(job.upstream) else ""
    call = Call(max_tokens=job.max_tokens, tier=tier, metadata=metadata_of(job.document))
    execution.on_abort(call.abort)
    live = live and feedback_visible(job.document)
    writer = Writer(document=str(job.document_id), section=str(job.section_id or ""), attempt=job.attempt)
    provider = provider_for(job.upstream)
    is_cold = warmth.is_cold(job.upstream, provider)
    trial = holding.Trial.of(job)
    trial.begins()
    release_connection()  # for minutes
    begun, first = monotonic(), None
    try:
        for event in provider.stream(request, call):
            match event:
                case Accepted(limits):
                    execution.accepted(monotonic() - begun)
                    trial.passed()
                    if limits is not None:
                        reported_limits.obey(job.upstream, limits)
                case Delta(text):
                    first = first or monotonic() - begun
                    if live:
                        writer.feed(text)
                case Finished():
                    total = monotonic() - begun
                    timing = Timing(first_token=total if first is None else first, total=total)
                    # Neither compiling a schema nor a tier that serves what is urgent first is slowness.
                    execution.timing = None if is_cold or tier == FLEX else timing
                    warmth.note_warm(job.upstream, provider)
                    return event
    except ProviderError as raised:
        error = error_texts.as_classed(raised)
        if isinstance(error, Throttled) and error.quota:
            execution.quota = Quota(error.quota)
        if isinstance(error, AccountRefused):
            trial.refused(error)
        if isinstance(error, TimedOut) and is_cold:
            error = Compiling(str(error), usage=error.usage)
        raise error from raised.__cause__
    raise Aborted


def _more_room(job: Job, request: Request) -> int:
    """The longest answer for an attempt after one that was cut off: twice as much. 0: no more than now."""
    most = provider_for(job.upstream).estimate(request).ceiling
    return min(2 * job.max_tokens, most) if job.max_tokens < most else 0
