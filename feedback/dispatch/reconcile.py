"""Drive again whatever was left between the stores.

Postgres is the truth and Redis an index of it: after a crash, a restart or a lost Redis, one pass
puts in the queue what waits, takes back what no worker runs, and settles what ended unsettled. Every step is
idempotent, and several reconcilers at once do no harm.
"""

from __future__ import annotations

import logging
import time
from dataclasses import astuple, dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from rq.executions import Execution as RQExecution

from feedback.dispatch import job_queue, rq_dispatch
from feedback.dispatch.ledger import PostgresLedger, usage_of
from feedback.dispatch.missing import enqueue_missing
from feedback.dispatch.protocol import run_id
from feedback.models import Job
from feedback.operations.observe.metrics.drift import watch_drift
from feedback.operations.retention import purge
from feedback.pipeline.recover import recover
from feedback.pipeline.run import STAGES
from feedback.pipeline.share import settle_followers
from feedback.services.upstreams import holding, warmth
from feedback.services.upstreams.tuning import learn
from feedback.services.work import failover, feeding, provisional
from limiter.configuration.publication import forget_old_libraries, reconcile_configuration
from limiter.gate.model import Outcome
from limiter.gates import get_gate
from limiter.services import try_due

logger = logging.getLogger(__name__)

SETTLE_AFTER = timedelta(seconds=15)  # its worker is about to do it
LEARN_EVERY = 600.0  # seconds
PURGE_EVERY = 3600.0  # seconds
PURGE_BATCHES = 5  # of each rule in one pass: nothing else waits long for it
COUNT_EVERY = 300.0  # the finest step of the provider's own figures; each time costs a little
WARM_EVERY = 60.0  # seconds
FORGET_EVERY = 3600.0  # seconds: a library is forgotten a day after its last use
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Pass:
    """The counts of what one pass did."""

    enqueued: int
    recovered: int
    settled: int
    moved: int = 0  # to another upstream of their pool
    fed: int = 0  # held jobs that entered the queue
    bridged: int = 0  # sections that get provisional feedback, for their upstream's breaker is open
    shared: int = 0  # followers that got their leader's result, or lead
    learnt: int = 0  # longest answers that changed
    purged: int = 0  # rows past their time
    warmed: int = 0  # upstreams for which a call that compiles their schema was put in the queue
    released: int = 0  # held upstreams with a provider that takes calls again
    tried: int = 0  # held upstreams that work tries from now on

    def __bool__(self) -> bool:
        return any(astuple(self))


@dataclass(slots=True)
class Reconciler:
    """Remembers between passes since when a run is missed, to leave it one lease time."""

    patience: float  # seconds: a lease time and a renewal
    _missed_since: dict[str, float] = field(default_factory=dict)
    _learn_at: float = 0.0
    _purge_at: float = 0.0
    _count_at: float = 0.0
    _warm_at: float = 0.0
    _forget_at: float = 0.0

    def run_once(self) -> Pass:
        """One pass. Raises redis.RedisError or GateError where the index can't be reached."""
        reconcile_configuration()
        done = Pass(
            enqueued=enqueue_missing(),
            recovered=self._recover_lost_runs(),
            settled=settle_unsettled(),
            moved=failover.move_all(),
            fed=feeding.feed_all(),
            bridged=provisional.bridge_all(),
            shared=settle_left_followers(),
            learnt=self._learn(),
            purged=self._purge(),
            warmed=self._warm(),
            released=holding.try_idle(),
            tried=len(try_due()),
        )
        self._watch_drift()
        self._forget_libraries()
        if done:
            logger.info("reconciled: %s", done)
        return done

    def _learn(self) -> int:
        now = time.monotonic()
        if not settings.TUNE_MAX_TOKENS or now < self._learn_at:
            return 0
        self._learn_at = now + LEARN_EVERY
        return len(learn())

    def _purge(self) -> int:
        """A few batches; the next pass goes on where more are waiting."""
        now = time.monotonic()
        if now < self._purge_at:
            return 0
        purged = purge(most=PURGE_BATCHES)
        self._purge_at = now + PURGE_EVERY if purged.is_whole else now
        return sum(purged.rows.values())

    def _warm(self) -> int:
        now = time.monotonic()
        if now < self._warm_at:
            return 0
        self._warm_at = now + WARM_EVERY
        return len(warmth.warm_due())

    def _watch_drift(self) -> None:
        now = time.monotonic()
        if settings.BEDROCK_DRIFT_WATCH and now >= self._count_at:
            self._count_at = now + COUNT_EVERY
            watch_drift()

    def _forget_libraries(self) -> None:
        now = time.monotonic()
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY
            forget_old_libraries()

    def _recover_lost_runs(self) -> int:
        now = time.monotonic()
        lost = {str(job.pk): job for job in _runs_unknown_to_rq()}
        self._missed_since = {key: self._missed_since.get(key, now) for key in lost}
        recovered = 0
        for key, job in lost.items():
            if now - self._missed_since[key] >= self.patience and job.lease:
                back = recover(job_id=key, lease=job.lease)
                recovered += int(back)
                if back:
                    job_queue.enqueue_or_leave(job)
        return recovered


def _runs_unknown_to_rq() -> list[Job]:
    """Running rows without their RQ execution: it lives only while its worker renews it."""
    running = list(Job.objects.filter(state=Job.State.RUNNING).order_by("started_at")[:BATCH])
    if not running:
        return []
    connection = rq_dispatch.connection_of(running[0].queue)
    with connection.pipeline(transaction=False) as pipe:
        for job in running:
            pipe.exists(RQExecution(job.lease or "", run_id(job), connection).key)
        alive = pipe.execute()
    return [job for job, known in zip(running, alive, strict=True) if not known]


def settle_left_followers() -> int:
    """Settle followers without a leader, or left by it without its result: with that result, or the lead."""
    riding = Job.objects.filter(state=Job.State.RIDING)
    leaders = riding.order_by().values_list("leader", "kind").distinct()[:BATCH]
    led = Job.objects.filter(pk__in=[leader for leader, _ in leaders], state__in=Job.LEADING)
    fine = set(led.values_list("pk", flat=True))
    left = [(leader, kind) for leader, kind in leaders if leader is not None and leader not in fine]
    return sum(settle_followers(leader, STAGES[kind]) for leader, kind in left)


def settle_unsettled() -> int:
    """Tell the gate of the ends that it has not heard of."""
    ended = Job.objects.filter(
        finished_at__lt=Now() - SETTLE_AFTER, settled_at__isnull=True, lease__isnull=False
    )[:BATCH]
    leases = []
    for job in ended:
        get_gate().settle(
            job.upstream,
            job.lease or "",
            Outcome(job.outcome or Outcome.REJECTED),
            usage_of(job) if job.measured else None,
            shares=[(flow, group) for flow, group in job.shares],
        )
        leases.append(job.lease or "")
    PostgresLedger().settled(leases)
    return len(leases)
