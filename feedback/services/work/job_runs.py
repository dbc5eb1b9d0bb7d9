"""The runs of a job: its claim under a lease, and how each run ends.

Where an UPDATE changes no row, another process was first; the caller gets False and does nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, DurationField, ExpressionWrapper, Min, QuerySet
from django.db.models.functions import Now

from feedback.base.connections import persistently
from feedback.base.group_commit import GroupCommit
from feedback.dispatch import job_queue
from feedback.messages.errors import WITHOUT_WORD
from feedback.messages.model import Message, message
from feedback.models import Job, JobEvent
from feedback.providers.base import TokenUsage
from feedback.services.upstreams import spending
from limiter.base.prepared import Given, Prepared, among
from limiter.gate.model import Outcome
from limiter.jobs.execution import Execution
from limiter.selectors import with_hold

from . import feeding, followers
from .events import kept
from .transitions import After, Change, Due, Plus, change, change_many

NOTHING_USED = TokenUsage()
UNKNOWN = TokenUsage(measured=False)
TIER_LENGTH = 16  # that a row keeps of what a provider names
MAX_FAILURES = 5  # runs that count against a job before it fails
SCHEDULE_STEP = 1.0  # seconds: RQ's schedule knows whole ones
State = Job.State


@dataclass(frozen=True, slots=True)
class _Claim:
    job: str
    execution: Execution

    @property
    def change(self) -> Change:
        run, lease = self.execution.id, self.execution.lease
        # No provider call without a lease, nor under one of an upstream that the job has left, nor before its
        # moment, whatever a clock that is wrong made of RQ's schedule.
        guard = {
            "state": State.WAITING, "upstream": lease.upstream if lease is not None else "",
            "not_before": Due(within=SCHEDULE_STEP),
        }  # fmt: skip
        fields = {
            "state": State.RUNNING, "lease": run, "lease_generation": lease.generation if lease else 0,
            "attempt": Plus(1), "not_before": None, "started_at": After(),
        }  # fmt: skip
        return Change(self.key, guard, JobEvent.Kind.CLAIMED, {"lease": run}, fields)

    @property
    def key(self) -> UUID:
        """Raises ValidationError."""
        key: UUID = Job._meta.pk.to_python(self.job)
        return key


def claim(job_id: str, execution: Execution) -> Job | None:
    """Bind the row to this run before any call is made. None: the lease is void, give it back."""
    return CLAIMS.do(_Claim(job_id, execution))


def _claim_alone(claim: _Claim) -> Job | None:
    # A row that is claimed is run: were the database away now, it would wait for its lease's end.
    return persistently(_with_its_own)(claim.job) if change(claim.change) else None


def _claim_together(claims: Sequence[_Claim]) -> list[Job | None]:
    made = change_many([each.change for each in claims])
    mine = [each.key for each, is_mine in zip(claims, made, strict=True) if is_mine]
    found = {job.pk: _with_one_document(job) for job in persistently(LOADED_MANY.all)(jobs=mine)}
    return [found.get(each.key) if is_mine else None for each, is_mine in zip(claims, made, strict=True)]


CLAIMS: GroupCommit[_Claim, Job | None] = GroupCommit(_claim_together, _claim_alone)


def _whole() -> QuerySet[Job]:
    jobs = Job.objects.select_related("document__assignment__course", "document__owner", "section")
    return jobs.annotate(**with_hold("upstream"))


LOADED = Prepared(lambda: _whole().filter(pk=Given("job")))
LOADED_MANY = Prepared(lambda: _whole().filter(among("pk", "jobs")))


def loaded(job_id: UUID | str) -> Job:
    """A job with all that its stage looks at. Raises Job.DoesNotExist."""
    job = _with_its_own(job_id)
    if job is None:
        raise Job.DoesNotExist(f"There is no job {job_id}.")
    return job


def _with_its_own(job_id: UUID | str) -> Job | None:
    job = LOADED.first(job=job_id)
    return _with_one_document(job) if job is not None else None


def _with_one_document(job: Job) -> Job:
    if job.section is not None:
        job.section.document = job.document
    return job


def successor_of(job: Job) -> Job | None:
    """The row that a run is for since its own was cancelled: a follower's, which took over the call."""
    successor = Job.objects.filter(lease=job.lease, state=State.RUNNING).exclude(pk=job.pk)
    pk = successor.values_list("pk", flat=True).first() if job.lease else None
    return loaded(pk) if pk else None


def _end(
    job: Job,
    outcome: Outcome,
    usage: TokenUsage,
    kind: JobEvent.Kind,
    detail: Mapping[str, Any],
    **fields: Any,
) -> bool:
    """The final UPDATE: state, outcome and usage together, only under the lease that ran it."""
    ended = change(_ending(job, outcome, usage, kind, detail, fields))
    if ended:
        transaction.on_commit(lambda: feeding.top_up(job.upstream, job.flow), robust=True)
    return ended


def _ending(
    job: Job,
    outcome: Outcome,
    usage: TokenUsage,
    kind: JobEvent.Kind,
    detail: Mapping[str, Any],
    fields: Mapping[str, Any],
) -> Change:
    ends = {
        "outcome": outcome,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "cache_write_1h_tokens": min(usage.cache_write_1h_tokens, usage.cache_write_tokens),
        "served_tier": usage.tier[:TIER_LENGTH],
        "measured": usage.measured,
        "leader": None,
        "finished_at": After(),
        "settled_at": None if owes_settlement(job) else After(),
    }
    return Change(job.pk, _mine(job), kind, {**detail, **_used(usage)}, {**ends, **fields})


def _mine(job: Job) -> dict[str, Any]:
    """The guard of what a run writes: the row is still in it."""
    return {"state": State.RUNNING, "lease": job.lease}


def owes_settlement(job: Job) -> bool:
    """Does the shared gate have to hear of it? A gate in this process can't miss it."""
    return bool(job.upstream) and job_queue.has_workers()


def _used(usage: TokenUsage) -> dict[str, int | str]:
    """For the event of a run's end: tokens, tier, and whether they are an estimate. Empty: it used none."""
    counts = {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cache_read": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
        "cache_write_1h": usage.cache_write_1h_tokens,
    }
    if usage.measured and not any(counts.values()):
        return {}
    details: dict[str, int | str] = {
        name: count for name, count in counts.items() if count or name in ("input", "output")
    }
    return (
        details
        | ({"tier": usage.tier} if usage.tier else {})
        | ({} if usage.measured else {"measured": False})
    )


WELL = {"state": State.DONE, "problem": None, "error": None}


def finish(job: Job, *, usage: TokenUsage) -> bool:
    cost = spending.cost_of(job, usage)
    if not _end(job, Outcome.SUCCESS, usage, JobEvent.Kind.DONE, {}, **WELL, **cost.fields):
        return False
    spending.charge(job, cost)
    return True


def finish_many(runs: Sequence[tuple[Job, TokenUsage]]) -> list[bool]:
    """Each as `finish` does; returns which ended. A row that is locked is left as it is.

    The caller tops up their flows (`feeding.top_up_many`) after its commit.
    """
    costs = [spending.cost_of(job, usage) for job, usage in runs]
    ended = change_many(
        [
            _ending(job, Outcome.SUCCESS, usage, JobEvent.Kind.DONE, {}, {**WELL, **cost.fields})
            for (job, usage), cost in zip(runs, costs, strict=True)
        ]
    )
    for (job, _), cost, has_ended in zip(runs, costs, ended, strict=True):
        if has_ended:
            spending.charge(job, cost)
    return ended


def fail(
    job: Job,
    *,
    outcome: Outcome,
    usage: TokenUsage,
    problem: Message,
    error: Message,
    is_its_own: bool = False,
) -> bool:
    """End without result. `problem` is for the student, `error` for operators.

    A failure that is the request's own is its followers' too: they are failed after commit, or by reconcile.
    """
    cost = spending.cost_of(job, usage)
    fields = {
        "state": State.FAILED, "problem": problem, "error": error, "failures": Plus(1), **cost.fields,
    }  # fmt: skip
    detail = {"outcome": outcome, "error": kept(error)}
    if not _end(job, outcome, usage, JobEvent.Kind.FAILED, detail, **fields):
        return False
    spending.charge(job, cost)
    if not is_its_own:
        followers.hand_over(job.pk)
    return True


def failed_by_itself(job: Job) -> bool:
    """Was the request refused, or are its attempts used up, so that whoever asks it fails alike?"""
    used_up = job.failures >= MAX_FAILURES
    return job.state == State.FAILED and (used_up or job.outcome == Outcome.REJECTED)


def back_in_line(
    job: Job,
    *,
    outcome: Outcome,
    error: Message,
    counts: bool,
    usage: TokenUsage = NOTHING_USED,
    max_tokens: int = 0,
    pause: float = 0.0,
) -> bool:
    """Another attempt follows, after a pause in seconds. `counts`: this run counts against the job.

    `usage` is what the run has spent, which is paid for; `max_tokens` a longest answer that is to grow.
    """
    cost = spending.cost_of(job, usage)
    more = max(0, max_tokens - job.max_tokens)
    fields = {
        "state": State.WAITING,
        "lease": None,
        "leader": None,
        "outcome": outcome,
        "error": error,
        "failures": Plus(int(counts)),
        "max_tokens": Plus(more),
        "tokens": Plus(more),
        "waiting_since": After(),
        "not_before": After(pause) if pause > 0 else None,
        **cost.fields,
    }
    detail = {"outcome": outcome, "error": kept(error), **_used(usage)}
    changed = change(Change(job.pk, _mine(job), JobEvent.Kind.AGAIN, detail, fields))
    if changed:
        spending.charge(job, cost)
    return changed


def runs_that_ended(job: Job, *outcomes: Outcome) -> int:
    """Runs of a job that ended so, and were followed by another."""
    return _again(job, *outcomes).count()


def throttled(job: Job) -> tuple[int, timedelta | None]:
    """How often a job was throttled since it was made or a person retried it, and for how long by now."""
    runs = _again(job, Outcome.THROTTLED)
    retried = (
        job.events.filter(kind=JobEvent.Kind.RETRIED).order_by("-id").values_list("id", flat=True).first()
    )
    lasts = ExpressionWrapper(Now() - Min("at"), DurationField())
    found = runs.filter(id__gt=retried or 0).aggregate(runs=Count("id"), lasts=lasts)
    return found["runs"], found["lasts"]


def _again(job: Job, *outcomes: Outcome) -> QuerySet[JobEvent]:
    return job.events.filter(
        kind=JobEvent.Kind.AGAIN, detail__outcome__in=[outcome.value for outcome in outcomes]
    )


def reclaim(job: Job) -> bool:
    """The run ended without a word: the row waits again. False: it had moved on."""
    fields = {
        "state": State.WAITING,
        "lease": None,
        "leader": None,
        "failures": Plus(1),
        "waiting_since": After(),
    }
    return change(Change(job.pk, _mine(job), JobEvent.Kind.RECLAIMED, {"lease": job.lease}, fields))


def fail_without_word(job: Job, *, problem: Message) -> bool:
    """The last of too many runs that ended without a word."""
    error = message(WITHOUT_WORD, run=job.attempt, failures=job.failures)
    return fail(job, outcome=Outcome.FAILURE, usage=UNKNOWN, problem=problem, error=error, is_its_own=True)
