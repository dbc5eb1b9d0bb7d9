"""An upstream was taken out of the settings while work waited in its queue."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from feedback.dispatch import job_queue
from feedback.dispatch.missing import enqueue_missing
from feedback.dispatch.protocol import QueueGone
from feedback.models import Job, User
from feedback.services.work import jobs
from tests.factories import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stranded(owner: User, redis_client: redis.Redis) -> Job:
    job = work.an_analysis(owner).jobs.order_by("pk")[0]
    Job.objects.filter(pk=job.pk).update(
        queue="gone", upstream="gone", waiting_since=timezone.now() - timedelta(minutes=5)
    )
    job.refresh_from_db()
    return job


def test_its_jobs_can_be_cancelled(stranded: Job) -> None:
    assert jobs.cancel(stranded)
    stranded.refresh_from_db()
    assert stranded.state == Job.State.CANCELLED


def test_its_jobs_keep_no_others_out_of_line(stranded: Job) -> None:
    others = stranded.document.jobs.exclude(pk=stranded.pk)
    others.update(waiting_since=timezone.now() - timedelta(minutes=5))
    assert enqueue_missing() == others.count() > 0


def test_a_row_that_cannot_be_put_in_line_keeps_no_others_out(
    owner: User, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = work.an_analysis(owner).jobs.order_by("pk")
    waiting.update(waiting_since=timezone.now() - timedelta(minutes=5))
    odd, put = waiting[0].pk, job_queue.enqueue

    def enqueue(job: Job) -> None:
        if job.pk == odd:
            raise ValueError("a number that no gate takes")
        put(job)

    monkeypatch.setattr(job_queue, "enqueue", enqueue)
    assert enqueue_missing() == waiting.count() - 1 > 0


def test_its_jobs_wait_until_the_settings_have_it_again(stranded: Job) -> None:
    job_queue.enqueue_or_leave(stranded)
    job_queue.reprioritise(stranded, 3)
    with pytest.raises(QueueGone, match="no queue gone"):
        job_queue.enqueue(stranded)
    stranded.refresh_from_db()
    assert stranded.state == Job.State.WAITING
