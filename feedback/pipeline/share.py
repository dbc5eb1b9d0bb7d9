"""Delivery of a leader's result to its followers, each in a transaction of its own.

A follower's document is locked for it, as for every end of a job; were it done in the leader's own
transaction, two documents that ride on each other's sections would wait for each other for ever.
A process that is interrupted between two followers leaves the rest to reconcile.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from feedback.live import publish
from feedback.models import Document, Feedback, Job
from feedback.services.work import coalescing, followers, job_runs, workflow

from .stage import Answer, Stage


def deliver(leader: Job, stage: Stage) -> int:
    """Give every follower the leader's result. Returns how many got it."""
    return sum(_deliver_to(follower, leader.pk, stage) for follower in followers.followers_of(leader.pk))


def fail_with(leader: Job) -> int:
    """End every follower of a leader whose request failed by its own fault. Returns how many ended."""
    return sum(_fail_one(follower, leader) for follower in followers.followers_of(leader.pk))


def _fail_one(follower_id: UUID, leader: Job) -> bool:
    with transaction.atomic():
        follower = _locked(follower_id, leader.pk)
        if follower is None or not followers.fall(follower, leader):
            return False
        workflow.give_up(follower, leader.problem)
    _publish(follower)
    return True


def settle_followers(leader: UUID, stage: Stage) -> int:
    """Settle followers that their leader left without its result: with that result, or the lead."""
    job = Job.objects.filter(pk=leader).first()
    if job is not None and job.state in Job.LEADING:
        return 0
    if job is not None and job.state == Job.State.DONE:
        return deliver(job, stage)
    if job is not None and job_runs.failed_by_itself(job):
        return fail_with(job)
    with transaction.atomic():
        return int(followers.hand_over(leader) is not None)


def _deliver_to(follower_id: UUID, leader: UUID, stage: Stage) -> bool:
    with transaction.atomic():
        follower = _locked(follower_id, leader)
        if follower is None:
            return False
        given = _result(follower, leader)
        if given is None:  # deleted since, or an answer to another request: never a wrong merge
            followers.hand_over(leader)
            return False
        if not followers.arrive(follower, saved_tokens=coalescing.spared(given)):
            return False
        stage.record(follower, Answer(coalescing.answer_of(given), given.fingerprint))
        workflow.advance(follower)
    _publish(follower)
    return True


def _publish(job: Job) -> None:
    publish(str(job.document_id), "job", {"section": str(job.section_id or ""), "kind": job.kind})


def _locked(follower_id: UUID, leader: UUID) -> Job | None:
    """The follower with its document locked first; None: it was cancelled, deleted, or leads by now."""
    if not Document.objects.select_for_update().filter(jobs__pk=follower_id).values_list("pk").first():
        return None
    still = Job.objects.filter(pk=follower_id, leader=leader, state=Job.State.RIDING)
    return job_runs.loaded(follower_id) if still.exists() else None


def _result(follower: Job, leader: UUID) -> Feedback | None:
    return coalescing.answers(follower.scope, follower.fingerprint).filter(job=leader).first()
