"""One provider call: accepted, streamed to the page, cut from outside where it must end early."""

from __future__ import annotations

from feedback.live import Writer
from feedback.models import Job
from feedback.providers.base import Aborted, Accepted, Call, Delta, Finished, Request
from feedback.upstreams import provider_for
from limiter.execution import Execution


def call_provider(job: Job, request: Request, execution: Execution) -> Finished:
    """Run the call to its end. Raises ProviderError; Aborted where the call was cut on our side."""
    call = Call()
    execution.on_abort(call.abort)
    writer = Writer(document=str(job.document_id), section=str(job.section_id or ""), attempt=job.attempt)
    for event in provider_for(job.upstream).stream(request, call):
        match event:
            case Accepted():
                execution.accepted()
            case Delta(text):
                writer.feed(text)
            case Finished():
                return event
    raise Aborted
