"""A job waits in Redis over an update: what an older release has written there is run by this one."""

from __future__ import annotations

import pytest
import rq
from redis import Redis

from feedback.models import Job, User
from feedback.services.work import stages
from tests.factories.work import a_document

pytestmark = pytest.mark.django_db

TEXT = "# Introduction\n\nBees collect nectar. They store it.\n\n# Results\n\nThe hive has honey in autumn."


def test_a_job_that_an_older_release_enqueued_is_run(owner: User, redis_client: Redis) -> None:
    document = a_document(owner, text=TEXT)
    job = stages.start(document, Job.Kind.SPLIT)
    assert job is not None
    queue = rq.Queue(job.queue, connection=redis_client)
    # Path, arguments and meta to the letter as in commit 768ab8b: names of modules changed since then.
    queue.enqueue_call(
        "feedback.pipeline.entry.perform",
        args=(str(job.pk),),
        job_id=str(job.pk),
        timeout=240,
        meta={
            "gate_flow": job.flow,
            "gate_group": job.group,
            "gate_priority": job.priority,
            "gate_document": str(job.document_id),
            "gate_tokens": 0,
            "gate_output": 0,
        },
    )
    rq.SimpleWorker([queue], connection=redis_client).work(burst=True)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert document.sections.exists()
