"""The gate: does it answer, does it enforce what PostgreSQL says, and are there slots enough for its rate?"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from feedback.dispatch import upstreams
from feedback.dispatch.protocol import JOB_SECONDS
from feedback.operations import causes
from feedback.selectors.work import workers
from limiter.gate.model import GateError
from limiter.gates import MEMORY, backend, get_gate
from limiter.models import Upstream
from limiter.operations.condition import STANDS_STILL, Condition
from limiter.operations.wording import condition_in_words
from limiter.selectors import UpstreamStatus, all_upstreams
from limiter.simulation.law import MEAN_CALL

from .model import Finding, fail, ok, warn

MINUTE = 60.0
TO_AUTOMATIC = 'manage.py limiter breaker auto {name} --reason "..."'
BY_ITSELF = (
    "It tries again by itself; students get automatic feedback meanwhile."
    " See manage.py limiter history {name} --events."
)
REMEDIES = {
    Condition.PAUSED: 'manage.py limiter resume {name} --reason "..."',
    Condition.UNCONFIGURED: "manage.py limiter reconcile (the housekeeping does it by itself)",
    Condition.FORCED_OPEN: TO_AUTOMATIC,
    Condition.UNGUARDED: TO_AUTOMATIC,
    Condition.OPEN: BY_ITSELF,
    Condition.PROBING: BY_ITSELF,
    Condition.EXHAUSTED: "It goes on when the quota renews; a pool would carry its work meanwhile.",
}


def gate() -> Iterator[Finding]:
    if backend() == MEMORY:
        yield ok("gate", "Solo has its gate in the serving process.")
        return
    try:
        for status in all_upstreams():
            yield from _upstream(status)
    except GateError as error:
        detail = f"{type(error).__name__}: {error}"
        yield fail("gate", f"It does not answer: {detail}", "See the check redis; nothing new is admitted.")


def _upstream(status: UpstreamStatus) -> Iterator[Finding]:
    name, live = status.upstream.name, status.live
    if not status.is_published:
        yield warn(
            "gate",
            f"{name}: it enforces version {live.version or 'none'}, PostgreSQL has {status.upstream.version}",
            "manage.py limiter reconcile (the housekeeping does it by itself)",
        )
    condition = status.condition
    if status.upstream.is_held:
        yield _held(status.upstream)
    elif condition is not Condition.ADMITS:
        found = f"{name}: {condition_in_words(condition)}"
        yield warn("gate", found, REMEDIES[condition].format(name=name))
    if status.is_published and condition not in STANDS_STILL:
        yield ok(
            "gate", f"{name}: version {live.version}, {live.waiting} in line, {live.in_flight} in flight"
        )


def _held(upstream: Upstream) -> Finding:
    cause = causes.cause_of(upstream.held_cause)
    since = f" since {upstream.held_since:%d %b %H:%M} UTC" if upstream.held_since else ""
    found = f"{upstream.name} is held by itself{since}: {cause.words}; its work waits, and nothing fails"
    return fail("gate", found, f"{cause.advice} It is tried again by itself.")


def slots() -> Iterator[Finding]:
    """Little's law: calls in flight = rate x length of a call."""
    if JOB_SECONDS <= settings.BEDROCK_CALL_SECONDS:
        found = f"A job is cut after {JOB_SECONDS} s, before its call is."
        yield fail("slots", found, f"Set BEDROCK_CALL_SECONDS below {JOB_SECONDS}.")
    if backend() == MEMORY:
        yield ok("slots", "Solo: a pool of threads of its own.")
        return
    listening = workers.alive()
    for upstream in Upstream.objects.exclude(requests_per_minute=None):
        yield _slots_of(upstream, listening[upstream.queue] * settings.LIMITER_WORKER_SLOTS)


def _slots_of(upstream: Upstream, there: int) -> Finding:
    status = get_gate().status(upstream.name)
    rate = status.requests_per_minute or upstream.requests_per_minute or 0.0
    seconds = status.mean_seconds or MEAN_CALL
    measured = "" if status.mean_seconds else ", assumed"
    needed = rate * seconds / MINUTE
    have = min(there, upstream.max_in_flight or there)
    if not status.mean_seconds and upstream.name != upstreams.default_upstream():
        return ok("slots", f"{upstream.name}: no call was seen yet, and people's work goes elsewhere")
    law = f"{upstream.name}: {rate:g} a minute x {seconds:.0f} s{measured} = {needed:.0f} calls in flight"
    if not there:
        return warn("slots", f"{law}; no worker listens to {upstream.queue}", "See the check workers.")
    if have < needed:
        carried = have * MINUTE / seconds
        return warn(
            "slots",
            f"{law}; there are {have} slots, which carry {carried:.0f} a minute",
            "Raise LIMITER_WORKER_SLOTS, start more workers, or raise the upstream's max_in_flight.",
        )
    return ok("slots", f"{law}; there are {have} slots")
