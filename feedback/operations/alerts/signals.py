"""Signals that alert rules watch: for each the present value of every subject it knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from feedback.models import AlertRule, Job, JobEvent
from feedback.operations import causes
from feedback.selectors.upstreams import drift, endpoints
from feedback.selectors.work import workers
from limiter.base.database_time import database_now
from limiter.gate.model import Outcome
from limiter.operations import signals as limiter
from limiter.selectors import held_upstreams, suspended_flows

WINDOW = timedelta(minutes=5)
ENOUGH = 10  # ended runs in the window, before a share of them means anything

Kind = JobEvent.Kind
Signal = AlertRule.Signal


@dataclass(frozen=True, slots=True)
class Reading:
    """One subject's value now, and what to say of it should it be too high."""

    subject: str
    value: float
    words: str


def readings(signal: str) -> list[Reading]:
    """Raises GateError, RedisError or DatabaseError where it can't be read now."""
    return list(SIGNALS[Signal(signal)]())


def _throttle_rate() -> Iterable[Reading]:
    throttled = Q(detail__outcome=Outcome.THROTTLED.value)
    for upstream, share in _shares(throttled).items():
        yield Reading(upstream, share, f"{upstream} throttles {share:.0f} % of the calls")


def _error_rate() -> Iterable[Reading]:
    failed = Q(kind=Kind.FAILED) | Q(kind=Kind.AGAIN, detail__outcome=Outcome.FAILURE.value)
    for upstream, share in _shares(failed).items():
        yield Reading(upstream, share, f"{share:.0f} % of the calls to {upstream} fail")


def _shares(which: Q) -> dict[str, float]:
    """Percent of the runs that ended within the window, by upstream."""
    ended = JobEvent.objects.filter(at__gte=Now() - WINDOW, kind__in=JobEvent.ENDS).exclude(job__upstream="")
    rows = ended.order_by().values("job__upstream").annotate(n=Count("pk"), of=Count("pk", filter=which))
    return {row["job__upstream"]: 100 * row["of"] / row["n"] for row in rows if row["n"] >= ENOUGH}


def _in_line() -> Iterable[Reading]:
    for upstream, count in limiter.queue_lengths().items():
        yield Reading(upstream, count, f"{count:.0f} jobs are in line for {upstream}")


def _breaker_open() -> Iterable[Reading]:
    for upstream, is_open in limiter.breaker_open().items():
        yield Reading(upstream, is_open, f"The breaker of {upstream} is open: nothing is sent to it")


def _upstream_held() -> Iterable[Reading]:
    """A trial in between ends no incident: the cause stands until a call is accepted."""
    for upstream, code in held_upstreams().items():
        cause = causes.cause_of(code)
        yield Reading(upstream, 1.0, f"{upstream} is held: {cause.words}. {cause.advice}")


def _gate_away() -> Iterable[Reading]:
    for upstream, away in limiter.gate_away().items():
        yield Reading(upstream, away, f"The gate does not answer for {upstream}: nothing new is admitted")


def _oldest_job() -> Iterable[Reading]:
    now = database_now()
    waiting = Job.objects.filter(state=Job.State.WAITING).exclude(flow__in=suspended_flows()).order_by()
    for row in waiting.values("queue").annotate(since=Min("waiting_since")):
        if row["since"] is not None:
            age = (now - row["since"]).total_seconds()
            yield Reading(row["queue"], age, f"A job waits in {row['queue']} for {age / 60:.0f} minutes")


def _no_worker() -> Iterable[Reading]:
    """Queues without a worker. No worker at all is one incident, not one for each queue."""
    listening = workers.alive()
    if listening and not listening.total():
        yield Reading("", 1.0, "No worker runs: what is handed in stays in line")
        return
    for queue, count in listening.items():
        yield Reading(queue, float(count == 0), f"No worker listens to {queue}")


def _drift() -> Iterable[Reading]:
    for found in drift.counted():
        words = (
            f"{found.share:.0f} % of what {found.upstream}'s provider counted in an hour is not ours"
            f" ({found.calls} calls, {found.our_calls} of them ours)"
        )
        yield Reading(found.upstream, found.share, words)


def _model_end() -> Iterable[Reading]:
    for name, facts in endpoints.models_called():
        end = facts.end_of_life
        if end is None:
            continue
        ended, soon = facts.ended(timezone.localdate()), end - endpoints.SOON <= timezone.localdate()
        words = f"{facts.title} behind {name} {'has ended' if ended else 'ends'} on {end}"
        yield Reading(name, float(soon) + float(ended), words)


def _elsewhere(setting: str) -> Callable[[], Iterable[Reading]]:
    """A signal that another part of the project measures, named in the settings."""

    def read() -> Iterable[Reading]:
        path: str = getattr(settings, setting, "")
        return cast("Iterable[Reading]", import_string(path)()) if path else ()

    return read


SIGNALS: dict[Signal, Callable[[], Iterable[Reading]]] = {
    Signal.THROTTLE_RATE: _throttle_rate,
    Signal.ERROR_RATE: _error_rate,
    Signal.IN_LINE: _in_line,
    Signal.BREAKER_OPEN: _breaker_open,
    Signal.UPSTREAM_HELD: _upstream_held,
    Signal.GATE_AWAY: _gate_away,
    Signal.OLDEST_JOB: _oldest_job,
    Signal.NO_WORKER: _no_worker,
    Signal.BUDGET: _elsewhere("ALERTS_BUDGETS"),
    Signal.FORECAST: _elsewhere("ALERTS_FORECAST"),
    Signal.DRIFT: _drift,
    Signal.MODEL_END: _model_end,
}
