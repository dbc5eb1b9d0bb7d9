"""Metrics, spans and log lines of one run of a job."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import wraps
from typing import ParamSpec

from django.utils import timezone
from structlog.contextvars import bound_contextvars

from feedback.errors import Refused
from feedback.models import Document, Job
from limiter.gate.model import Outcome
from limiter.jobs.execution import Execution

from . import tracing
from .metrics import counters

logger = logging.getLogger(__name__)

P = ParamSpec("P")
Work = Callable[[Job, Execution], float | None]


def observed(work: Work) -> Work:
    """Have a claimed job's run seen, however it ends."""

    @wraps(work)
    def run(job: Job, execution: Execution) -> float | None:
        began, pause = time.perf_counter(), None
        try:
            with _named(job, execution):
                pause = work(job, execution)
        finally:
            _count(job, execution, time.perf_counter() - began, again=pause is not None)
        return pause

    return run


@contextmanager
def _named(job: Job, execution: Execution) -> Iterator[None]:
    """Log lines with the run's ids; spans for its wait and for itself, under the document's trace."""
    about: dict[str, str] = {"stage": str(job.kind), "job": str(job.pk), "document": str(job.document_id)}
    where: dict[str, str | int] = {
        "upstream": job.upstream, "lease": execution.id, "attempt": job.attempt,
    }  # fmt: skip
    trace = job.trace
    if job.waiting_since and job.started_at:
        tracing.past(f"wait {job.kind}", job.waiting_since, job.started_at, about, parent=trace)
    with (
        tracing.span(str(job.kind), {**about, **where}, parent=trace) as span,
        bound_contextvars(**about, **where, user=str(job.document.owner_id)),
    ):
        yield
        span.set_attribute("outcome", _outcome(execution))


def _count(job: Job, execution: Execution, seconds: float, *, again: bool) -> None:
    stage = str(job.kind)
    counters.runs.labels(stage, _outcome(execution)).inc()
    counters.service_seconds.labels(stage).observe(seconds)
    if job.waiting_since and job.started_at:
        waited = (job.started_at - job.waiting_since).total_seconds()
        counters.wait_seconds.labels(stage).observe(max(0.0, waited))
    if execution.outcome is Outcome.SUCCESS and not again:
        counters.total_seconds.labels(stage).observe((timezone.now() - job.created_at).total_seconds())
    if execution.first_event is not None:
        counters.first_token_seconds.labels(job.upstream).observe(execution.first_event)
    if execution.usage is not None and job.upstream:
        for kind, count in asdict(execution.usage).items():
            counters.tokens.labels(job.upstream, kind.removesuffix("_tokens")).inc(count)


def _outcome(execution: Execution) -> str:
    return str(execution.outcome or Outcome.REJECTED)


def observed_submission(submit: Callable[P, Document]) -> Callable[P, Document]:
    """Have intake counted: what it accepted, and what it refused."""

    @wraps(submit)
    def counted(*args: P.args, **kwargs: P.kwargs) -> Document:
        try:
            document = submit(*args, **kwargs)
        except Refused as error:
            counters.submissions.labels("refused", error.field).inc()
            raise
        counters.submissions.labels("accepted", "").inc()
        return document

    return counted


def delivered(document: Document) -> None:
    """The whole feedback is there: the end of the document's trace."""
    now = timezone.now()
    counters.feedback_seconds.labels(document.upstream).observe((now - document.created_at).total_seconds())
    about = {"document": str(document.pk), "upstream": document.upstream}
    tracing.past("feedback delivered", document.created_at, now, about, parent=document.trace)


def document_ended(document: Document) -> None:
    """One line in the log for each document: how it ended, and how much feedback it has."""
    analyses = document.jobs.filter(kind=Job.Kind.ANALYSE, generation=document.generation)
    states = list(analyses.values_list("state", flat=True))
    logger.info(
        "document %s is %s: feedback on %d of %d sections in %.0f s",
        document.pk,
        document.state,
        states.count(Job.State.DONE),
        len(states),
        (timezone.now() - document.created_at).total_seconds(),
    )
