"""Leaders and followers: state changes of jobs that are the same work.

Locks are taken leader first, then its followers, so two of these changes never wait for each other.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from feedback.dispatch import job_queue
from feedback.dispatch.protocol import run_id
from feedback.models import Job, JobEvent
from feedback.operations.observe.metrics import money
from limiter.base.prepared import Given, Prepared
from limiter.gate.model import Outcome

from .events import kept, note

State = Job.State


def leader_of(scope: str, fingerprint: str) -> Job | None:
    """The open job that does this work, locked: it can't end before the caller's transaction does."""
    leading = Job.objects.filter(scope=scope, fingerprint=fingerprint, state__in=Job.LEADING)
    return leading.select_for_update().first() if fingerprint else None


RIDING = Prepared(
    lambda: (
        Job.objects.filter(leader=Given("leader"), state=State.RIDING)
        .order_by("-priority", "pk")
        .values_list("pk", flat=True)
    )
)


def followers_of(leader: UUID) -> list[UUID]:
    """Its followers, the next to lead first: by priority, then first come."""
    return RIDING.all(leader=leader)


def _next_follower(leader: UUID) -> Job | None:
    """The next to lead, locked."""
    for follower in followers_of(leader):
        still = Job.objects.filter(pk=follower, leader=leader, state=State.RIDING)
        if locked := still.select_for_update().first():
            return locked
    return None


def hand_over(leader: UUID) -> Job | None:
    """The leader is gone, or ended without result: the next follower goes in line, the others ride on it."""
    successor = _next_follower(leader)
    if successor is None:
        return None
    failures = Job.objects.filter(pk=leader).values_list("failures", flat=True).first() or 0
    _move(successor, state=State.WAITING, leader=None, waiting_since=Now(), failures=failures)
    _repoint(leader, successor.pk)
    note(successor, JobEvent.Kind.LEADS)
    transaction.on_commit(lambda: job_queue.enqueue_or_leave(successor))
    return successor


def pass_run_on(leader: Job) -> Job | None:
    """The leader of a running call is cancelled: the next follower takes the call over, lease and all.

    The caller holds the leader's lock. None: it has no followers.
    """
    successor = _next_follower(leader.pk)
    if successor is None:
        return None
    _move(leader, state=State.CANCELLED, lease=None, leader=None, finished_at=Now())
    _move(
        successor,
        state=State.RUNNING,
        leader=UUID(run_id(leader)),
        lease=leader.lease,
        lease_generation=leader.lease_generation,
        started_at=leader.started_at,
        attempt=successor.attempt + 1,
        failures=leader.failures,  # of the request, for whomever it is made
    )
    _repoint(leader.pk, successor.pk)
    note(successor, JobEvent.Kind.LEADS, lease=leader.lease)
    return successor


def step_back(leader: Job, successor: Job) -> bool:
    """A waiting leader gives way to one with the better place, and rides on it. Before that one exists."""
    changed = Job.objects.filter(pk=leader.pk, state__in=[State.HELD, State.WAITING]).update(
        state=State.RIDING, leader=successor.pk
    )
    if changed:
        _repoint(leader.pk, successor.pk)
        note(leader, JobEvent.Kind.RIDES)
        transaction.on_commit(lambda: job_queue.withdraw(leader, running=False))
    return bool(changed)


def raise_priority(leader: Job, priority: int) -> None:
    """A follower of a higher priority lends it to its leader."""
    if Job.objects.filter(pk=leader.pk, priority__lt=priority).update(priority=priority):
        transaction.on_commit(lambda: job_queue.reprioritise(leader, priority))


def arrive(follower: Job, *, saved_tokens: int, kind: Job.Shared = Job.Shared.RODE) -> bool:
    """The result is there, without a call of its own."""
    now = Now()
    changed = Job.objects.filter(pk=follower.pk, leader=follower.leader_id, state=State.RIDING).update(
        state=State.DONE,
        outcome=Outcome.SUCCESS,
        leader=None,
        shared=kind,
        saved_tokens=saved_tokens,
        finished_at=now,
        settled_at=now,
    )
    if changed:
        note(follower, JobEvent.Kind.DONE, shared=kind)
        money.spared(how=kind.value, tokens=saved_tokens)
    return bool(changed)


def fall(follower: Job, leader: Job) -> bool:
    """Its leader's request failed by its own fault: it is not made again for another."""
    now = Now()
    changed = Job.objects.filter(pk=follower.pk, leader=leader.pk, state=State.RIDING).update(
        state=State.FAILED,
        outcome=leader.outcome,
        problem=leader.problem,
        error=leader.error,
        leader=None,
        finished_at=now,
        settled_at=now,
    )
    if changed:
        note(follower, JobEvent.Kind.FAILED, outcome=leader.outcome, error=kept(leader.error))
    return bool(changed)


def own_ahead(flow: str, upstream: str, before: UUID | None = None) -> int:
    """How many of a flow's own jobs come before one (or before a new one)."""
    ahead = Job.objects.filter(flow=flow, upstream=upstream, state__in=[State.HELD, State.WAITING])
    return (ahead.filter(pk__lt=before) if before else ahead).count()


def _move(job: Job, **fields: Any) -> None:
    """Of a row that the caller has locked."""
    Job.objects.filter(pk=job.pk).update(**fields)


def _repoint(before: UUID, after: UUID) -> None:
    Job.objects.filter(leader=before, state=State.RIDING).update(leader=after)
