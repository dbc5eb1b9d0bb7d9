"""The queue that a committed job goes to, by the way to run work that the settings name.

Called after commit with a row that is the truth already, so nothing here is lost when the queue
can't be reached: reconcile puts there what is missing.
"""

from __future__ import annotations

import logging
from functools import cache

from django.conf import settings

from feedback.models import Job

from .protocol import OUT_OF_REACH, Dispatch, Warming

logger = logging.getLogger(__name__)


def dispatch() -> Dispatch:
    """The way to run work in this installation."""
    return _of(settings.LIMITER_BACKEND)


@cache
def _of(backend: str) -> Dispatch:
    """The one place that chooses. Each is loaded where it is used: solo needs no RQ."""
    if backend == "memory":
        from .in_process import InProcessDispatch

        return InProcessDispatch()
    from .rq_dispatch import RQDispatch

    return RQDispatch()


def has_workers() -> bool:
    """Do jobs run in processes of their own, which share a gate with this one?"""
    return dispatch().has_workers


def enqueue(job: Job) -> None:
    """Queue a waiting job. Raises one of OUT_OF_REACH where that can't be done."""
    dispatch().enqueue(job)


def enqueue_warming(warming: Warming) -> None:
    """Queue a call that no row asks for. Raises one of OUT_OF_REACH."""
    dispatch().enqueue_warming(warming)


def enqueue_or_leave(job: Job) -> None:
    """Queue a waiting job; where the queue can't be reached, leave it to reconcile."""
    try:
        enqueue(job)
    except OUT_OF_REACH as error:
        logger.warning("job %s stays out of line until the next reconcile: %s", job.pk, error)


def move(was: Job, job: Job) -> None:
    """Move a job from one upstream's queue to another's; what can't be reached is left to reconcile."""
    try:
        dispatch().leave(was)
    except OUT_OF_REACH as error:
        logger.warning(
            "job %s is still in the line of %s, which can't run it: %s", job.pk, was.upstream, error
        )
    enqueue_or_leave(job)


def withdraw(job: Job, *, running: bool) -> None:
    """Take an ended job out of the queue, or cut the call it is in."""
    try:
        dispatch().withdraw(job, running=running)
    except OUT_OF_REACH as error:
        logger.warning("job %s could not be withdrawn, its result will be dropped: %s", job.pk, error)


def reprioritise(job: Job, priority: int) -> None:
    """Move a waiting job within its flow; where the gate can't be reached, it keeps its place."""
    try:
        dispatch().reprioritise(job, priority)
    except OUT_OF_REACH as error:
        logger.warning("job %s keeps its place in line: %s", job.pk, error)
