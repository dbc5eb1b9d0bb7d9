"""Solo's own reconciler: what an earlier process left, and what never reached the queue, goes in line.

Runs in the web process, which holds the request managers. Commands may run jobs in processes of their
own beside it; a row that two of them have in line is claimed by one.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.db.models.functions import Now

from feedback.dispatch import job_queue
from feedback.dispatch.protocol import JOB_SECONDS
from feedback.dispatch.reconcile import settle_left_followers
from feedback.models import Job
from feedback.pipeline.recover import recover
from feedback.services.upstreams import holding, warmth
from feedback.services.work import failover, feeding
from limiter.services import try_due

logger = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
IN_LINE_AFTER = timedelta(seconds=10)  # the process that made the row is about to run it
LOST_AFTER = timedelta(seconds=JOB_SECONDS)  # no run lasts longer: its process is gone


def look_after() -> int:
    """One pass. Returns how many jobs it put in the queue."""
    now = Now()
    for job in Job.objects.filter(state=Job.State.RUNNING, started_at__lt=now - LOST_AFTER):
        recover(job_id=str(job.pk), lease=job.lease or "")
    settle_left_followers()
    waiting = Job.objects.filter(state=Job.State.WAITING, queue__in=settings.RQ_QUEUES)
    waiting = waiting.exclude(waiting_since__gt=now - IN_LINE_AFTER)
    dispatch = job_queue.dispatch()
    missing = [job for job in waiting.order_by("pk") if str(job.pk) not in dispatch.known_ids(job.queue)]
    for job in missing:
        job_queue.enqueue(job)
    holding.try_idle()
    try_due()
    warmth.warm_due()
    return len(missing) + failover.move_or_leave() + feeding.feed_all()


def start() -> threading.Thread:
    """Look after the queue from now on, in a thread that ends with the process."""
    thread = threading.Thread(target=_run, name="solo-reconciler", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    pause = threading.Event()
    while True:
        try:
            look_after()
        except DatabaseError as error:
            logger.warning("solo looks again later: %s", error)
        except Exception:  # one row that is odd must not end what looks after all others
            logger.exception("a look ended early; the next one begins anew")
        finally:
            close_old_connections()
        pause.wait(EVERY_SECONDS)
