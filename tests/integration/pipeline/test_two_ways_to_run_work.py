"""Both ways to run work keep one contract: `feedback.dispatch.protocol.Dispatch`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import redis
from django.utils import timezone

from feedback.dispatch import job_queue
from feedback.dispatch.in_process import InProcessDispatch
from feedback.dispatch.protocol import Dispatch, QueueGone
from feedback.dispatch.rq_dispatch import RQDispatch
from feedback.models import Job
from limiter.gates import memory_gate, use_gate
from limiter.solo.process import shutdown
from tests.factories.work import an_analysis

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(hours=1)  # nothing runs meanwhile


@pytest.fixture
def dispatch(
    request: pytest.FixtureRequest, settings: Settings, redis_client: redis.Redis
) -> Iterator[Dispatch]:
    settings.LIMITER_BACKEND = request.param
    if request.param == "redis":
        yield job_queue.dispatch()
        return
    with use_gate(memory_gate()):
        yield job_queue.dispatch()
        shutdown(grace=0.0)


both = pytest.mark.parametrize("dispatch", ["redis", "memory"], indirect=True)


def a_call(**fields: object) -> Job:
    """That waits for its moment."""
    job = an_analysis().jobs.order_by("pk")[0]
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() + LATER, **fields)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize(("backend", "way"), [("redis", RQDispatch), ("memory", InProcessDispatch)])
def test_the_settings_choose_the_way(settings: Settings, backend: str, way: type) -> None:
    settings.LIMITER_BACKEND = backend
    assert isinstance(job_queue.dispatch(), way)


@both
def test_what_is_queued_twice_waits_once(dispatch: Dispatch) -> None:
    job = a_call()
    dispatch.enqueue(job)
    dispatch.enqueue(job)
    assert dispatch.known_ids(job.queue) == {str(job.pk)}


@both
def test_what_is_withdrawn_waits_no_more(dispatch: Dispatch) -> None:
    job = a_call()
    dispatch.enqueue(job)
    dispatch.withdraw(job, running=False)
    dispatch.withdraw(job, running=False)
    assert dispatch.known_ids(job.queue) == set()


@both
def test_what_leaves_for_another_queue_waits_no_more(dispatch: Dispatch) -> None:
    job = a_call()
    dispatch.enqueue(job)
    dispatch.leave(job)
    dispatch.leave(job)
    assert dispatch.known_ids(job.queue) == set()


@both
def test_a_queue_that_the_settings_lack_is_refused(dispatch: Dispatch) -> None:
    job = a_call(queue="gone")
    with pytest.raises(QueueGone, match="no queue gone"):
        dispatch.enqueue(job)
    with pytest.raises(QueueGone):
        dispatch.withdraw(job, running=False)


@both
def test_a_job_that_is_unknown_is_no_error(dispatch: Dispatch) -> None:
    job = a_call()
    dispatch.reprioritise(job, 5)
    dispatch.withdraw(job, running=True)
    dispatch.leave(job)
