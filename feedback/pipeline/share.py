"""What a leader has found is given to all who ride on it, each in a transaction of its own.

A rider's document is locked for it, as for every end of a job; were it done in the leader's own
transaction, two documents that ride on each other's sections would wait for each other for ever.
Whoever is interrupted between two riders leaves the rest to reconcile.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from feedback.live import publish
from feedback.models import Document, Feedback, Job
from feedback.services import coalescing, followers, jobs

from .stage import Answer, Stage


def deliver(leader: Job, stage: Stage) -> int:
    """Give every rider the leader's result. Returns how many got it."""
    return sum(_deliver_to(rider, leader.pk, stage) for rider in followers.riders_of(leader.pk))


def settle_riders(leader: UUID, stage: Stage) -> int:
    """For riders whose leader ended without a word to them: its result, or the lead."""
    job = Job.objects.filter(pk=leader).first()
    if job is not None and job.state in Job.LEADING:
        return 0
    if job is not None and job.state == Job.State.DONE:
        return deliver(job, stage)
    with transaction.atomic():
        return int(followers.hand_over(leader) is not None)


def _deliver_to(rider_id: UUID, leader: UUID, stage: Stage) -> bool:
    with transaction.atomic():
        rider = _locked(rider_id, leader)
        if rider is None:
            return False
        given = _result(rider, leader)
        if given is None:  # deleted since, or an answer to another request: never a wrong merge
            followers.hand_over(leader)
            return False
        if not followers.arrive(rider, saved_tokens=coalescing.spared(given)):
            return False
        stage.record(rider, Answer(coalescing.answer_of(given), given.fingerprint))
    publish(str(rider.document_id), "job", {"section": str(rider.section_id or ""), "kind": rider.kind})
    return True


def _locked(rider_id: UUID, leader: UUID) -> Job | None:
    """The rider with its document locked first; None: it was cancelled, deleted, or leads by now."""
    if not Document.objects.select_for_update().filter(jobs__pk=rider_id).values_list("pk").first():
        return None
    still = Job.objects.filter(pk=rider_id, leader=leader, state=Job.State.RIDING)
    return jobs.loaded(rider_id) if still.exists() else None


def _result(rider: Job, leader: UUID) -> Feedback | None:
    return coalescing.answers(rider.scope, rider.fingerprint).filter(job=leader).first()
