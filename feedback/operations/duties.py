"""The duties of a housekeeper: to reconcile, to look at the alert rules, to deliver to webhooks, to welcome
members, and rq's own scheduling."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer

from feedback.dispatch import rq_dispatch
from feedback.dispatch.reconcile import Reconciler
from feedback.operations.alerts.evaluation import evaluate
from feedback.operations.alerts.outbox import deliver_due
from feedback.operations.housekeeping import Duty
from feedback.operations.observe.metrics.folding import tidy
from feedback.services.teaching import welcomes
from feedback.services.webhooks.disabling import tell_owners
from feedback.services.webhooks.sending import deliver_due as deliver_to_webhooks

if TYPE_CHECKING:
    from redis import Redis

RECONCILE, ALERTS, SCHEDULE, WEBHOOKS, MAILS = "reconcile", "alerts", "schedule", "webhooks", "webhook-mails"
WELCOMES = "welcome-mails"
EVERY = {  # seconds
    RECONCILE: 10.0, ALERTS: 15.0, SCHEDULE: 5.0, WEBHOOKS: 2.0, MAILS: 60.0, WELCOMES: 30.0,
}  # fmt: skip


def every_duty() -> list[Duty]:
    return [
        reconciling(),
        alerting(),
        scheduling(),
        delivering_to_webhooks(),
        mailing_their_owners(),
        welcoming_members(),
    ]


def reconciling(every: float = EVERY[RECONCILE]) -> Duty:
    return Duty(RECONCILE, every, Reconciler(patience=settings.RECONCILE_PATIENCE).run_once)


def alerting(every: float = EVERY[ALERTS]) -> Duty:
    return Duty(ALERTS, every, look_at_rules)


def look_at_rules() -> None:
    evaluate()
    deliver_due()
    if settings.METRICS_DIR:
        tidy(Path(settings.METRICS_DIR))  # where /metrics is not read, nothing else tidies


def delivering_to_webhooks(every: float = EVERY[WEBHOOKS]) -> Duty:
    return Duty(WEBHOOKS, every, deliver_to_webhooks)


def mailing_their_owners(every: float = EVERY[MAILS]) -> Duty:
    """By itself: a mail server that hangs keeps no message waiting."""
    return Duty(MAILS, every, tell_owners)


def welcoming_members(every: float = EVERY[WELCOMES]) -> Duty:
    return Duty(WELCOMES, every, welcomes.send_due)


def scheduling(every: float = EVERY[SCHEDULE]) -> Duty:
    """Our own delayed work needs none: any worker starts it. This serves what others schedule with rq."""
    scheduler = Scheduling(every)
    return Duty(SCHEDULE, every, scheduler.run_once, scheduler.leave)


class Scheduling:
    """rq's scheduler without a process of its own: its locks, its record and its work are rq's code."""

    def __init__(self, every: float) -> None:
        self._scheduler = _InThisProcess(
            list(settings.RQ_QUEUES),
            rq_dispatch.connection_of(next(iter(settings.RQ_QUEUES))),
            max(1, int(every)),
        )

    def run_once(self) -> None:
        """A lock that another scheduler left is taken at once, and not only after ten minutes as in rq."""
        scheduler = self._scheduler
        if len(scheduler.acquired_locks) < len(settings.RQ_QUEUES):
            scheduler.acquire_locks()  # type: ignore[no-untyped-call]
        if scheduler.acquired_locks:
            scheduler.register_birth()
            scheduler.heartbeat()  # type: ignore[no-untyped-call]
            scheduler.enqueue_scheduled_jobs()  # type: ignore[no-untyped-call]

    def leave(self) -> None:
        self._scheduler.stop()  # type: ignore[no-untyped-call]


class _InThisProcess(RQScheduler):
    """Keeps the connection that it is given, where rq's makes one anew in the process that it forks."""

    def __init__(self, queues: list[str], connection: Redis, interval: int) -> None:
        super().__init__(
            queues,
            connection=connection,
            interval=interval,
            serializer=JSONSerializer,
            logging_level=logging.WARNING,  # at INFO it writes a line for each lock that it takes
        )
        self._given = connection

    @property
    def connection(self) -> Redis:
        return self._given
