"""A job's states: each change is one guarded UPDATE with its event.

Where an UPDATE changes no row, another process was first; the caller gets False and does nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone
from uuid_utils.compat import uuid7

from feedback.connections import persistently
from feedback.dispatch import job_queue
from feedback.dispatch.routes import Ask
from feedback.messages.errors import WITHOUT_WORD
from feedback.messages.model import Message, message
from feedback.models import Document, Job, JobEvent, Section
from feedback.operations.observe.metrics import money
from feedback.providers.base import TokenUsage
from feedback.services.upstreams import spending
from limiter.execution import Execution
from limiter.gate.model import Outcome
from limiter.prepared import Given, Prepared

from . import feeding, followers
from .events import kept, note
from .transitions import Plus, change

NOTHING_ASKED = Ask()
NOTHING_USED = TokenUsage()
UNKNOWN = TokenUsage(measured=False)
TIER_LENGTH = 16  # that a row keeps of what a provider names
MAX_FAILURES = 5  # runs that count against a job before it fails
HIGHEST_PRIORITY = 1_000  # that the gate tells apart
State = Job.State


def unsaved(
    *,
    kind: Job.Kind,
    document: Document,
    section: Section | None = None,
    ask: Ask = NOTHING_ASKED,
    **fields: Any,
) -> Job:
    """A job for one stage's work on a section, or on the whole document."""
    return Job(
        id=uuid7(),
        kind=kind,
        document=document,
        section=section,
        target=section.pk if section else document.pk,
        generation=document.generation,
        trace=document.trace,
        **asdict(ask),
        **fields,
    )


def create(*, kind: Job.Kind, document: Document, section: Section | None = None, **where: Any) -> Job | None:
    """A new job, in line once the transaction commits, or held. None: this work has a job already.

    Raises IntegrityError where another came first in this very moment.
    """
    target = section.pk if section else document.pk
    if Job.objects.filter(kind=kind, target=target, generation=document.generation).exists():
        return None
    job = unsaved(kind=kind, document=document, section=section, waiting_since=timezone.now(), **where)
    job.state = feeding.first_state(upstream=job.upstream, flow=job.flow)
    job.save(force_insert=True)
    note(job, JobEvent.Kind.CREATED)
    if job.state == State.WAITING:
        transaction.on_commit(lambda: job_queue.enqueue_or_leave(job))
    return job


def create_done(*, shared: Job.Shared = Job.Shared.KEPT, **work: Any) -> Job:
    """A job with its result there already: it never waits, makes no call and uses no quota."""
    now = timezone.now()
    job = unsaved(state=State.DONE, shared=shared, finished_at=now, settled_at=now, **work)
    job.save(force_insert=True)
    note(job, JobEvent.Kind.CREATED)
    note(job, JobEvent.Kind.DONE, shared=shared)
    money.spared(how=shared.value, tokens=job.saved_tokens)
    return job


def claim(job_id: str, execution: Execution) -> Job | None:
    """Bind the row to this run before any call is made. None: the lease is void, give it back."""
    lease = execution.lease
    # No provider call without a lease, nor under one of an upstream that the job has left.
    claimed = change(
        job_id,
        {"state": State.WAITING, "upstream": lease.upstream if lease is not None else ""},
        JobEvent.Kind.CLAIMED,
        {"lease": execution.id},
        state=State.RUNNING,
        lease=execution.id,
        lease_generation=lease.generation if lease else 0,
        attempt=Plus(1),
        not_before=None,
        started_at=timezone.now(),
    )
    # A row that is claimed is run: were the database away now, it would wait for its lease's end.
    return persistently(_with_its_own)(job_id) if claimed else None


LOADED = Prepared(
    lambda: Job.objects.select_related("document__assignment__course", "document__owner", "section").filter(
        pk=Given("job")
    )
)


def loaded(job_id: UUID | str) -> Job:
    """A job with all that its stage looks at. Raises Job.DoesNotExist."""
    job = _with_its_own(job_id)
    if job is None:
        raise Job.DoesNotExist(f"There is no job {job_id}.")
    return job


def _with_its_own(job_id: UUID | str) -> Job | None:
    job = LOADED.first(job=job_id)
    if job is not None and job.section is not None:
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
    now = timezone.now()
    ended = change(
        job.pk,
        _mine(job),
        kind,
        {**detail, **_used(usage)},
        outcome=outcome,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_1h_tokens=min(usage.cache_write_1h_tokens, usage.cache_write_tokens),
        served_tier=usage.tier[:TIER_LENGTH],
        measured=usage.measured,
        leader=None,
        finished_at=now,
        settled_at=None if _owes_settlement(job) else now,
        **fields,
    )
    if ended:
        transaction.on_commit(lambda: feeding.top_up(job.upstream, job.flow))
    return ended


def _mine(job: Job) -> dict[str, Any]:
    """The guard of what a run writes: the row is still in it."""
    return {"state": State.RUNNING, "lease": job.lease}


def _owes_settlement(job: Job) -> bool:
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
    if not any(counts.values()):
        return {}
    details: dict[str, int | str] = {
        name: count for name, count in counts.items() if count or name in ("input", "output")
    }
    return (
        details
        | ({"tier": usage.tier} if usage.tier else {})
        | ({} if usage.measured else {"measured": False})
    )


def finish(job: Job, *, usage: TokenUsage) -> bool:
    cost = spending.cost_of(job, usage)
    fields = {"state": State.DONE, "problem": None, "error": None, **cost.fields}
    if not _end(job, Outcome.SUCCESS, usage, JobEvent.Kind.DONE, {}, **fields):
        return False
    spending.charge(job, cost)
    return True


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
    now = timezone.now()
    changed = change(
        job.pk,
        _mine(job),
        JobEvent.Kind.AGAIN,
        {"outcome": outcome, "error": kept(error), **_used(usage)},
        state=State.WAITING,
        lease=None,
        leader=None,
        outcome=outcome,
        error=error,
        failures=Plus(int(counts)),
        max_tokens=Plus(more),
        tokens=Plus(more),
        waiting_since=now,
        not_before=now + timedelta(seconds=pause) if pause > 0 else None,
        **cost.fields,
    )
    if changed:
        spending.charge(job, cost)
    return changed


def runs_that_ended(job: Job, *outcomes: Outcome) -> int:
    """Runs of a job that ended so, and were followed by another."""
    return _again(job, *outcomes).count()


def throttled(job: Job) -> tuple[int, datetime | None]:
    """How often a job was throttled since it was made or a person retried it, and since when."""
    runs = _again(job, Outcome.THROTTLED)
    retried = (
        job.events.filter(kind=JobEvent.Kind.RETRIED).order_by("-id").values_list("id", flat=True).first()
    )
    found = runs.filter(id__gt=retried or 0).aggregate(runs=Count("id"), since=Min("at"))
    return found["runs"], found["since"]


def _again(job: Job, *outcomes: Outcome) -> QuerySet[JobEvent]:
    return job.events.filter(
        kind=JobEvent.Kind.AGAIN, detail__outcome__in=[outcome.value for outcome in outcomes]
    )


def reclaim(job: Job) -> bool:
    """The run ended without a word: the row waits again. False: it had moved on."""
    return change(
        job.pk,
        _mine(job),
        JobEvent.Kind.RECLAIMED,
        {"lease": job.lease},
        state=State.WAITING,
        lease=None,
        leader=None,
        failures=Plus(1),
        waiting_since=timezone.now(),
    )


def fail_without_word(job: Job, *, problem: Message) -> bool:
    """The last of too many runs that ended without a word."""
    error = message(WITHOUT_WORD, run=job.attempt, failures=job.failures)
    return fail(job, outcome=Outcome.FAILURE, usage=UNKNOWN, problem=problem, error=error, is_its_own=True)


def move(job: Job, *, upstream: str, queue: str, **asked: Any) -> bool:
    """Let a job that waits wait for another upstream, which is `asked` for other tokens and model.

    From then on it has no followers: another model's answer is another answer. False: it had moved on, or
    somebody rides on it already.
    """
    waits = (State.HELD, State.WAITING)
    with transaction.atomic():
        now_is = Job.objects.select_for_update().filter(pk=job.pk, upstream=job.upstream).first()
        if now_is is None or now_is.state not in waits or Job.objects.filter(leader=job.pk).exists():
            return False
        was = copy(now_is)
        Job.objects.filter(pk=job.pk).update(
            upstream=upstream, queue=queue, fingerprint="", scope="", **asked
        )
        now_is.refresh_from_db()
        note(now_is, JobEvent.Kind.MOVED, before=was.upstream, after=upstream)
        if now_is.state == State.WAITING:
            transaction.on_commit(lambda: job_queue.move(was, now_is))
    return True


def cancel(job: Job) -> bool:
    """End a job that has not ended; a running call is cut, a waiting one leaves the queue.

    Where others ride on it the call goes on, for them, or the next of them goes in line.
    """
    with transaction.atomic():
        now_is = Job.objects.select_for_update().filter(pk=job.pk).first()
        if now_is is None or now_is.state not in Job.OPEN:
            return False
        was = now_is.state
        successor = followers.pass_run_on(now_is) if was == State.RUNNING else None
        _cancelled(now_is, settled=successor is not None)
        note(now_is, JobEvent.Kind.CANCELLED, was=was, **({"passed_on": True} if successor else {}))
        if was in (State.HELD, State.WAITING):
            followers.hand_over(job.pk)
        if successor is None and was != State.RIDING:
            transaction.on_commit(lambda: job_queue.withdraw(now_is, running=was == State.RUNNING))
        transaction.on_commit(lambda: feeding.top_up(job.upstream, job.flow))
    return True


def _cancelled(job: Job, *, settled: bool) -> None:
    now = timezone.now()
    runs = job.state == State.RUNNING
    owes = runs and _owes_settlement(job) and not settled
    Job.objects.filter(pk=job.pk).update(
        state=State.CANCELLED,
        leader=None,
        finished_at=now,
        settled_at=None if owes else now,
        measured=not (runs and job.upstream),  # a call that is cut tells nothing of what it used
    )


def move_to_front(job: Job) -> bool:
    """Let a job that waits for an upstream go before all others of its flow. False: it doesn't wait, or it
    is the first already."""
    waits = Job.objects.filter(state__in=[State.HELD, State.WAITING]).exclude(upstream="")
    with transaction.atomic():
        others = waits.filter(flow=job.flow, upstream=job.upstream).exclude(pk=job.pk)
        highest = others.aggregate(of=Max("priority"))["of"]
        first = min(HIGHEST_PRIORITY, (highest or 0) + 1)
        if not waits.filter(pk=job.pk, priority__lt=first).update(priority=first):
            return False
        job.refresh_from_db(fields=["priority", "state"])
        note(job, JobEvent.Kind.FRONT, priority=first)
        if job.state == State.WAITING:
            transaction.on_commit(lambda: job_queue.reprioritise(job, first))
    return True


def retry(job: Job) -> bool:
    """Give a job that failed or was cancelled a new start, with its failures forgotten."""
    with transaction.atomic():
        leader = followers.leader_of(job.scope, job.fingerprint)
        fresh: dict[str, Any] = {
            "state": State.RIDING if leader else State.WAITING,
            "leader": leader,
            "lease": None,
            "failures": 0,
            "outcome": "",
            "problem": None,
            "error": None,
            "finished_at": None,
            "settled_at": None,
            "waiting_since": timezone.now(),
            "not_before": None,
        }
        if not _restarted(job, fresh):
            return False
        job.refresh_from_db()
        note(job, JobEvent.Kind.RETRIED)
        if leader is None:
            transaction.on_commit(lambda: job_queue.enqueue_or_leave(job))
    return True


def _restarted(job: Job, fresh: dict[str, Any]) -> bool:
    """False: it has not ended, or the same work came under way for another in this very moment."""
    ended = Job.objects.filter(pk=job.pk, state__in=[State.FAILED, State.CANCELLED])
    try:
        with transaction.atomic():
            return bool(ended.update(**fresh))
    except IntegrityError:
        return False
