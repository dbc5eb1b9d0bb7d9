"""Run one job: claim, work, record. The same function under RQ workers and in process."""

from __future__ import annotations

import logging
from typing import cast

from django.db import InterfaceError, OperationalError, close_old_connections, transaction
from tenacity import RetryCallState, retry, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from feedback.errors import JobFailed
from feedback.live import publish
from feedback.models import Document, Job
from feedback.providers.base import TokenUsage
from feedback.services import jobs
from limiter.execution import Execution
from limiter.gate.model import Outcome, Usage

from . import analyse, parse, split, summarise
from .stage import Found, Stage
from .verdict import Verdict, verdict_of

logger = logging.getLogger(__name__)

STAGES: dict[str, Stage] = {
    Job.Kind.PARSE: cast(Stage, parse),
    Job.Kind.SPLIT: cast(Stage, split),
    Job.Kind.ANALYSE: cast(Stage, analyse),
    Job.Kind.SUMMARISE: cast(Stage, summarise),
}
PAUSE_SECONDS = (1, 5, 20, 60)  # before the second, third ... attempt
MAX_ATTEMPTS = 50  # of any kind: the end of what only ever throttles


def run(job_id: str, execution: Execution) -> float | None:
    """Run a job under an execution.

    Returns the seconds after which it wants another attempt, None where there is nothing more to
    do. Raises JobFailed where the job ended without result.
    """
    job = jobs.claim(job_id, execution)
    if job is None:
        execution.report(Outcome.RETURNED)
        return None
    _tell(job)
    try:
        found = STAGES[job.kind].work(job, execution)
    except Exception as error:
        verdict = verdict_of(error, execution)
        _log(job, verdict, error)
        return _end_without(job, execution, verdict)
    _end_with(job, execution, found)
    return None


def _forget_connection(state: RetryCallState) -> None:
    logger.warning(
        "the database is away, the end of a run waits: %s", state.outcome and state.outcome.exception()
    )
    close_old_connections()


# A call of minutes is not thrown away because the database blinked.
_persist = retry(
    retry=retry_if_exception_type((OperationalError, InterfaceError)),
    wait=wait_exponential_jitter(multiplier=0.5, max=10),
    stop=stop_after_delay(90),
    before_sleep=_forget_connection,
    reraise=True,
)


@_persist
@transaction.atomic
def _record(job: Job, found: Found) -> None:
    if not _lock(job):
        return
    if jobs.finish(job, usage=_usage(found.usage)):
        STAGES[job.kind].record(job, found.result)


def _end_with(job: Job, execution: Execution, found: Found) -> None:
    execution.report(Outcome.SUCCESS, _usage(found.usage))
    _record(job, found)
    _tell(job)


@_persist
@transaction.atomic
def _put_back(job: Job, verdict: Verdict) -> bool:
    return jobs.back_in_line(job, outcome=verdict.outcome, error=verdict.error, counts=verdict.counts)


@_persist
@transaction.atomic
def _give_up(job: Job, verdict: Verdict) -> bool:
    if not _lock(job):
        return False
    failed = jobs.fail(
        job,
        outcome=verdict.outcome,
        usage=_usage(verdict.usage),
        problem=verdict.problem,
        error=verdict.error,
    )
    if failed:
        STAGES[job.kind].gave_up(job, verdict.problem)
    return failed


def _end_without(job: Job, execution: Execution, verdict: Verdict) -> float | None:
    execution.report(verdict.outcome, _usage(verdict.usage), retry_after=verdict.retry_after)
    failures = job.failures + int(verdict.counts)
    if verdict.again and failures < jobs.MAX_FAILURES and job.attempt < MAX_ATTEMPTS:
        if not _put_back(job, verdict):
            return None  # cancelled, deleted or reclaimed meanwhile
        _tell(job)
        return max(verdict.retry_after, _pause(job.attempt)) if verdict.counts else verdict.retry_after
    if _give_up(job, verdict):
        _tell(job)
        raise JobFailed(verdict.problem)
    return None


def _pause(attempt: int) -> float:
    return PAUSE_SECONDS[min(attempt, len(PAUSE_SECONDS)) - 1]


def _lock(job: Job) -> bool:
    """Serialise what ends within one document, so that the last section knows it is the last."""
    return bool(Document.objects.select_for_update().filter(pk=job.document_id).values_list("pk").first())


def _usage(usage: TokenUsage) -> Usage:
    return Usage(usage.input_tokens, usage.output_tokens, usage.cache_read_tokens, usage.cache_write_tokens)


def _tell(job: Job) -> None:
    """Have open pages look at this job again."""
    publish(str(job.document_id), "job", {"section": str(job.section_id or ""), "kind": job.kind})


def _log(job: Job, verdict: Verdict, error: Exception) -> None:
    expected = verdict.outcome != Outcome.REJECTED or not verdict.again
    logger.log(
        logging.WARNING if expected else logging.ERROR,
        "job %s (%s, attempt %d): %s",
        job.pk, job.kind, job.attempt, verdict.error,
        exc_info=None if expected else error,
    )  # fmt: skip
