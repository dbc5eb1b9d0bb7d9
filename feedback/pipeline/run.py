"""Run one job: claim, work, record. The same function under RQ workers and in process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import random
from typing import cast

from django.db import DatabaseError, transaction

from feedback.base.connections import persistently
from feedback.base.group_commit import GroupCommit
from feedback.dispatch import job_queue
from feedback.errors import JobFailed
from feedback.live import forget, publish
from feedback.messages.errors import error_in_words
from feedback.models import Document, Job
from feedback.operations.observe.runs import observed
from feedback.providers.base import FieldRefused, ProviderError, TokenUsage
from feedback.services.upstreams import learning
from feedback.services.work import coalescing, job_runs, workflow
from limiter.base.prepared import Given, Prepared
from limiter.gate.model import Outcome
from limiter.jobs.execution import Execution

from .endings import Ending, end_together, top_up
from .failure import Failure, failure_of
from .share import deliver as deliver_to_followers
from .share import fail_with
from .stage import Answer, Found, Stage
from .stages import analyse, deliver, parse, provisional, split, summarise
from .usage import known, settled

logger = logging.getLogger(__name__)

STAGES: dict[str, Stage] = {
    Job.Kind.PARSE: cast(Stage, parse),
    Job.Kind.SPLIT: cast(Stage, split),
    Job.Kind.ANALYSE: cast(Stage, analyse),
    Job.Kind.SUMMARISE: cast(Stage, summarise),
    Job.Kind.PROVISIONAL: cast(Stage, provisional),
    Job.Kind.DELIVER: cast(Stage, deliver),
}
PAUSE_SECONDS = (1, 5, 20, 60)  # before the second, third ... attempt
THROTTLE_PAUSES = 1.0, 120.0  # seconds: the first, which doubles with each throttle of a job, and the longest
THROTTLED_FOR = timedelta(hours=12)  # since its first throttle, before a job is given up
LONGEST_PAUSE = 900.0  # seconds, whatever a service asks for: its next answer may differ
MAX_ATTEMPTS = 50  # of any kind, but for runs that the provider had no part in or was too busy for


def run(job_id: str, execution: Execution) -> float | None:
    """Run a job under an execution.

    Returns the seconds after which it wants another attempt, None where there is nothing more to
    do. Raises JobFailed where the job ended without result.
    """
    execution.report(Outcome.RETURNED)  # should the claim fail: the provider had no part in it
    job = job_runs.claim(job_id, execution)
    if job is None:
        return None
    execution.outcome = None
    return _carry_out(job, execution)


@observed
def _carry_out(job: Job, execution: Execution) -> float | None:
    _tell(job)
    try:
        found = STAGES[job.kind].work(job, execution)
    except Exception as error:
        failure = _learnt_from(error, job, failure_of(error, execution))
        _log(job, failure, error)
        return _end_without(job, execution, failure)
    _end_with(job, execution, found)
    return None


def _learnt_from(error: Exception, job: Job, failure: Failure) -> Failure:
    """A setting that the model refused is left out of the next attempt, and the job is not at fault."""
    if isinstance(error, FieldRefused) and persistently(learning.learn)(job, error):
        return replace(failure, again=True, counts=False)
    return failure


def _record(job: Job, found: Found, usage: TokenUsage) -> bool:
    if job.kind == Job.Kind.ANALYSE and isinstance(found.result, Answer):
        return ENDINGS.do(Ending(job, found.result, usage))
    return _record_alone(job, found, usage)


@persistently
@transaction.atomic
def _record_alone(job: Job, found: Found, usage: TokenUsage) -> bool:
    if not (_lock(job) and job_runs.finish(job, usage=usage)):
        return False
    STAGES[job.kind].record(job, found.result)
    workflow.advance(job)
    return True


ENDINGS: GroupCommit[Ending, bool] = GroupCommit(
    end_together, lambda ending: _record_alone(ending.job, Found(ending.answer), ending.usage), top_up
)


def _end_with(job: Job, execution: Execution, found: Found) -> None:
    shares = persistently(coalescing.share_charge)(job) if job.fingerprint else ()
    usage = known(found.usage, execution)
    execution.report(Outcome.SUCCESS, settled(usage), shares=shares)
    ended = _for_whom(job, lambda row: _record(row, found, usage))
    if ended is not None and ended.fingerprint:
        _share(ended, lambda leader: deliver_to_followers(leader, STAGES[leader.kind]))
    _tell(ended or job)
    if ended is not job:
        _forget_the_deleted(job)


def _for_whom(job: Job, end: Callable[[Job], bool]) -> Job | None:
    """End the run for its row, or for the follower that took over the call when its own was cancelled.

    None: no row waits for it any more.
    """
    if end(job):
        return job
    successor = persistently(job_runs.successor_of)(job)
    return successor if successor is not None and end(successor) else None


def _share(leader: Job, give: Callable[[Job], int]) -> None:
    """What fails here is left to reconcile: the leader's own end is safe."""
    try:
        give(leader)
    except DatabaseError:
        logger.exception("the followers of job %s get its result from the next reconcile", leader.pk)


@persistently
@transaction.atomic
def _put_back(job: Job, failure: Failure, usage: TokenUsage, pause: float) -> bool:
    return job_runs.back_in_line(
        job,
        outcome=failure.outcome,
        error=failure.error,
        counts=failure.counts,
        usage=usage,
        max_tokens=failure.room,
        pause=pause,
    )


@persistently
@transaction.atomic
def _give_up(job: Job, failure: Failure, usage: TokenUsage) -> bool:
    if not _lock(job):
        return False
    failed = job_runs.fail(
        job,
        outcome=failure.outcome,
        usage=usage,
        problem=failure.problem,
        error=failure.error,
        is_its_own=_is_its_own(job, failure),
    )
    if failed:
        workflow.give_up(job, failure.problem)
    return failed


def _end_without(job: Job, execution: Execution, failure: Failure) -> float | None:
    usage = known(failure.usage, execution)
    execution.report(_for_gate(job, failure, execution), settled(usage), retry_after=failure.retry_after)
    failures = job.failures + int(failure.counts)
    if failure.again and failures < job_runs.MAX_FAILURES and _may_try_again(job, failure):
        pause = _pause_after(job, failure)
        row = _for_whom(job, lambda row: _put_back(row, failure, usage, pause))
        if row is not job:
            _forget_the_deleted(job)
        if row is None:
            return None  # cancelled, deleted or reclaimed meanwhile
        _tell(row)
        if row is not job:
            job_queue.enqueue_or_leave(job_runs.loaded(row.pk))  # its RQ job is its own again
            return None
        if failure.room:
            execution.next_output = failure.room
        return pause
    row = _for_whom(job, lambda row: _give_up(row, failure, usage))
    if row is not job:
        _forget_the_deleted(job)
    if row is not None:
        _tell(row)
        if _is_its_own(row, failure):
            _share(job_runs.loaded(row.pk), fail_with)
        raise JobFailed(str(failure.problem))
    return None


def _for_gate(job: Job, failure: Failure, execution: Execution) -> Outcome:
    """The breaker counts the failures of one request once: it may be the text. A probe it waits for."""
    probes = execution.lease is not None and execution.lease.probe
    repeats = failure.outcome is Outcome.FAILURE and job.failures > 0 and not probes
    return Outcome.REJECTED if repeats else failure.outcome


def _is_its_own(job: Job, failure: Failure) -> bool:
    """Is the failure the request's, whoever asks it? Refused, or tried as often as may be."""
    used_up = job.failures + int(failure.counts) >= job_runs.MAX_FAILURES
    return used_up or failure.outcome is Outcome.REJECTED


def _pause_after(job: Job, failure: Failure) -> float:
    """Seconds until the next attempt."""
    if failure.outcome is Outcome.EXHAUSTED:
        return 0.0  # in line, where the gate holds everything until the quota renews, and the page says so
    asked = min(failure.retry_after, LONGEST_PAUSE)
    if failure.outcome is Outcome.THROTTLED:
        return max(asked, _throttle_pause(persistently(job_runs.throttled)(job)[0]))
    return max(asked, _pause(job.attempt)) if failure.counts else asked


def _throttle_pause(before: int) -> float:
    """Growing, so that one job does not ask for ever, and spread, so that many do not ask together."""
    first, longest = THROTTLE_PAUSES
    spread = 0.75 + 0.5 * random()  # noqa: S311 - no secret
    return min(longest, first * 2.0 ** min(before, 30)) * spread


def _may_try_again(job: Job, failure: Failure) -> bool:
    """Runs that the provider had no part in are no attempts; a throttle slows work down for hours, and ends
    it only then."""
    if failure.outcome is Outcome.RETURNED:
        return True
    if failure.outcome is Outcome.THROTTLED:
        lasts = persistently(job_runs.throttled)(job)[1]
        return lasts is None or lasts < THROTTLED_FOR
    if job.attempt < MAX_ATTEMPTS:
        return True
    runs = persistently(job_runs.runs_that_ended)(job, Outcome.RETURNED, Outcome.THROTTLED)
    return job.attempt - runs < MAX_ATTEMPTS


def _pause(attempt: int) -> float:
    return PAUSE_SECONDS[min(attempt, len(PAUSE_SECONDS)) - 1]


LOCKED = Prepared(
    lambda: Document.objects.select_for_update().filter(pk=Given("document")).values_list("pk", flat=True)
)


def _lock(job: Job) -> bool:
    """Serialise what ends within one document, so that the last section knows it is the last."""
    return LOCKED.first(document=job.document_id) is not None


def _tell(job: Job) -> None:
    """Have open pages look at this job again."""
    publish(str(job.document_id), "job", {"section": str(job.section_id or ""), "kind": job.kind})


@persistently
def _forget_the_deleted(job: Job) -> None:
    """Words that came after the deletion of their document, as its call went on, would outlive it."""
    if not Document.objects.filter(pk=job.document_id).exists():
        forget(str(job.document_id))


def _log(job: Job, failure: Failure, error: Exception) -> None:
    is_bug = failure.outcome == Outcome.REJECTED and failure.again and not isinstance(error, ProviderError)
    logger.log(
        logging.ERROR if is_bug else logging.WARNING,
        "job %s (%s, attempt %d): %s",
        job.pk, job.kind, job.attempt, error_in_words(failure.error),
        exc_info=error if is_bug else None,
    )  # fmt: skip
