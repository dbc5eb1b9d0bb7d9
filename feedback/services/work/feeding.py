"""Feeding the queue: a few jobs of each flow stand in it, what is beyond is held in Postgres.

So a heavy user's backlog never crowds the queue, and the queue stays as short as Redis likes it. Held jobs
enter flow by flow, the flow with the fewest in line first. One feeder works on an upstream at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from feedback.dispatch import job_queue
from feedback.models import Job, JobEvent
from limiter.base.prepared import Given, Prepared, among
from limiter.models import Upstream

HELD, WAITING = Job.State.HELD, Job.State.WAITING
BATCH = 500  # jobs in one pass over an upstream
# A flow tops itself up to here; the rest of the queue is given out by the passes, the fewest in line first.
OWN_SHARE = 0.9

# Each flow that has held jobs (a loose scan of job_held: one step for each flow), how many it has in line,
# and the places in its own line that its next jobs would take.
CHOOSE = """
WITH RECURSIVE flows(flow) AS (
    (SELECT flow FROM feedback_job WHERE state = 'held' AND upstream = %(upstream)s ORDER BY flow LIMIT 1)
    UNION ALL
    SELECT (SELECT flow FROM feedback_job
            WHERE state = 'held' AND upstream = %(upstream)s AND flow > flows.flow ORDER BY flow LIMIT 1)
    FROM flows WHERE flows.flow IS NOT NULL
), depths AS (
    SELECT flow, (SELECT count(*) FROM feedback_job waiting
                  WHERE waiting.state = 'waiting' AND waiting.upstream = %(upstream)s
                    AND waiting.flow = flows.flow) AS depth
    FROM flows WHERE flow IS NOT NULL
), places AS (
    SELECT next.id,
           depth + row_number() OVER (PARTITION BY flow ORDER BY next.priority DESC, next.id) AS place
    FROM depths CROSS JOIN LATERAL (
        SELECT id, priority FROM feedback_job
        WHERE state = 'held' AND upstream = %(upstream)s AND flow = depths.flow
        ORDER BY priority DESC, id LIMIT greatest(0, %(each)s - depth)) next
)
SELECT id FROM places ORDER BY place, id LIMIT %(room)s
"""


def first_state(*, upstream: str, flow: str) -> Job.State:
    """Where a new job begins: in line, or held where its flow or the whole line has as many as may stand.

    The bound is soft: what begins at the same moment is not locked against each other.
    """
    if not upstream:
        return WAITING
    own = Job.objects.filter(upstream=upstream, flow=flow)
    if own.filter(state=HELD).exists() or own.filter(state=WAITING).count() >= settings.FLOW_IN_LINE:
        return HELD
    return WAITING if _room(upstream) else HELD


def feed(upstream: str) -> int:
    """Let held jobs enter as far as the queue has room; returns how many did."""
    if not Job.objects.filter(upstream=upstream, state=HELD).exists():
        return 0
    with transaction.atomic():
        if not _alone(upstream):
            return 0
        return _enter(_chosen(upstream, min(BATCH, _room(upstream))))


def feed_all() -> int:
    """One pass over all upstreams."""
    return sum(map(feed, UPSTREAMS_THAT_HOLD.all()))


UPSTREAMS_THAT_HOLD = Prepared(
    lambda: Upstream.objects.filter(
        Exists(Job.objects.filter(upstream=OuterRef("name"), state=HELD))
    ).values_list("name", flat=True)
)


HELD_OF_FLOW = Prepared(
    lambda: Job.objects.filter(upstream=Given("upstream"), flow=Given("flow"), state=HELD).values_list(
        "pk", flat=True
    )[:1]
)


def top_up(upstream: str, flow: str) -> int:
    """After the end of a job: the next of its flow enters."""
    if not upstream or not HELD_OF_FLOW.all(upstream=upstream, flow=flow):
        return 0
    held = Job.objects.filter(upstream=upstream, flow=flow, state=HELD)
    with transaction.atomic():
        own = Job.objects.filter(upstream=upstream, flow=flow, state=WAITING).count()
        room = min(settings.FLOW_IN_LINE - own, _room(upstream, OWN_SHARE))
        if room <= 0 or not _alone(upstream):
            return 0
        return _enter(held.order_by("-priority", "id").values_list("pk", flat=True)[:room])


HELD_OF_FLOWS = Prepared(
    lambda: (
        Job.objects.filter(among("flow", "flows"), state=HELD)
        .order_by()
        .values_list("upstream", "flow")
        .distinct()
    )
)


def top_up_many(ended: Collection[tuple[str, str]]) -> int:
    """After the ends of some jobs, by upstream and flow: the next of each flow enters."""
    flows = sorted({flow for upstream, flow in ended if upstream})
    held = HELD_OF_FLOWS.all(flows=flows) if flows else ()
    return sum(top_up(upstream, flow) for upstream, flow in held if (upstream, flow) in ended)


def _room(upstream: str, share: float = 1.0) -> int:
    bound = Upstream.objects.filter(name=upstream).values_list("line_bound", flat=True).first()
    if bound is None:  # there is no such upstream: nothing is admitted, and nothing need be held
        return BATCH
    in_line = Job.objects.filter(upstream=upstream, state=WAITING).count()
    return max(0, int(bound * share) - in_line)


def _alone(upstream: str) -> bool:
    """False: another feeder is at it. Ends with the transaction, so a pooler may stand in between."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"feed {upstream}"])
        return bool(cursor.fetchone()[0])


def _chosen(upstream: str, room: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(CHOOSE, {"upstream": upstream, "each": settings.FLOW_IN_LINE, "room": room})
        return [row[0] for row in cursor.fetchall()]


def _enter(chosen: Iterable[UUID]) -> int:
    """From held to waiting, and in line after commit, in the order chosen. What is locked is being ended."""
    ids = list(chosen)
    rows = Job.objects.select_for_update(skip_locked=True).filter(pk__in=ids, state=HELD).in_bulk()
    jobs = [rows[key] for key in ids if key in rows]
    Job.objects.filter(pk__in=rows).update(state=WAITING, waiting_since=Now())
    JobEvent.objects.bulk_create(
        JobEvent(job=job, kind=JobEvent.Kind.FED, attempt=job.attempt) for job in jobs
    )
    for job in jobs:
        transaction.on_commit(partial(job_queue.enqueue_or_leave, job))
    return len(jobs)
