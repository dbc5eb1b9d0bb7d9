"""Changes of a job that people, operators and failover ask for, whatever run it may be in.

Where an UPDATE changes no row, another process was first; the caller gets False and does nothing more.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now

from feedback.dispatch import job_queue
from feedback.models import Job, JobEvent

from . import feeding, followers
from .events import note
from .job_runs import owes_settlement

HIGHEST_PRIORITY = 1_000  # that the gate tells apart
State = Job.State


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
    now = Now()
    runs = job.state == State.RUNNING
    owes = runs and owes_settlement(job) and not settled
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
            "waiting_since": Now(),
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
