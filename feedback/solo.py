"""The start of a solo process: what an earlier one left goes back in line."""

from __future__ import annotations

from feedback import line
from feedback.models import Job
from feedback.pipeline.recover import recover


def resume() -> int:
    """Take back the runs of a process that is gone and put in line what waits. Returns how much waits.

    A run that goes on in another process all the same ends without effect: its lease is void.
    """
    for job in Job.objects.filter(state=Job.State.RUNNING):
        recover(job_id=str(job.pk), lease=job.lease or "")
    waiting = list(Job.objects.filter(state=Job.State.WAITING).order_by("pk"))
    for job in waiting:
        line.enqueue(job)
    return len(waiting)
