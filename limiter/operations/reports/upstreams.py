"""The state of the upstreams, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from typing import Any

from django.utils import timezone

from limiter.gate import BreakerMode, BreakerState
from limiter.models import Upstream
from limiter.named.places.standing import Standing
from limiter.operations.condition import Condition
from limiter.operations.wording import breaker_in_words, cause_in_words, condition_in_words, trial_in_words
from limiter.selectors import UpstreamStatus

from .output import moment

SCHEMA = 1  # of as_json: raised when a field is taken away or changes its meaning
FLOWS = 10
COLUMNS = ("Upstream", "Bucket", "Requests/min", "Breaker", "In flight", "In line", "Version")
CONCURRENCY_COLUMNS = ("Concurrency limit", "Key", "Held", "Waiting")
FLOW_COLUMNS = ("Flow", "In flight", "In line", "Weight")


def as_json(statuses: Sequence[UpstreamStatus]) -> dict[str, Any]:
    """The stable schema: durations in seconds, moments as ISO 8601 in UTC, null where there is no limit."""
    return {"schema": SCHEMA, "upstreams": [_upstream(status) for status in statuses]}


def _upstream(status: UpstreamStatus) -> dict[str, Any]:
    upstream, live = status.upstream, status.live
    return {
        "name": upstream.name,
        "target": upstream.target,
        "condition": status.condition.value,
        "paused": upstream.paused,
        "held": _hold(upstream),
        "version": upstream.version,
        "published_version": live.version,
        "requests_per_minute": live.requests_per_minute,
        "multiplier": {
            "set": upstream.multiplier,
            "learnt": live.multiplier,
            "followed": upstream.follow_multiplier,
        },
        "bucket": {"level": live.bucket_level, "capacity": live.bucket_capacity},
        "in_flight": live.in_flight,
        "max_in_flight": upstream.max_in_flight,
        "in_line": live.waiting,
        "line_bound": upstream.line_bound,
        "breaker": {
            "state": live.breaker.value,
            "mode": live.breaker_mode.value,
            "failures": live.breaker_failures,
            "since": moment(status.breaker_since),
            "retry_at": moment(live.breaker_retry_at),
            "retry_in": _until(live.breaker_retry_at, live.now),
        },
        "counters": dict(live.counters),
        "flows": [
            {
                "flow": flow,
                "in_flight": each.in_flight,
                "in_line": each.waiting,
                "weight": each.weight,
                "blocked": each.blocked,
                "parked": each.blocked,  # its former name, for one release
            }
            for flow, each in status.busiest_flows(FLOWS)
        ],
    }


def concurrency_as_json(found: Sequence[Standing]) -> list[dict[str, Any]]:
    return [asdict(each) for each in found]


def concurrency_rows(found: Sequence[Standing]) -> list[tuple[str, ...]]:
    """A row for each key of a named concurrency limit: a cell for each of CONCURRENCY_COLUMNS."""
    return [(each.name, each.key, f"{each.held} of {each.most}", str(each.waiting)) for each in found]


def _hold(upstream: Upstream) -> dict[str, Any] | None:
    if not upstream.is_held:
        return None
    return {
        "cause": upstream.held_cause,
        "since": moment(upstream.held_since),
        "until": moment(upstream.held_until),  # null: it is on trial
        "refusals": upstream.holds,
    }


def notice(status: UpstreamStatus) -> str:
    """One line about an upstream that does not just admit calls; of one that does, nothing."""
    if status.condition is Condition.ADMITS:
        return ""
    if status.upstream.is_held and not status.upstream.paused:
        return _held(status.upstream)
    return f"{status.upstream.name}: {condition_in_words(status.condition)}."


def _held(upstream: Upstream) -> str:
    """Its cause, and when it is tried again. No person did it."""
    since = (
        "" if upstream.held_since is None else f" since {upstream.held_since.astimezone(UTC):%H:%M:%S} UTC"
    )
    why = f"{cause_in_words(upstream.held_cause)}; {trial_in_words(upstream, timezone.now())}"
    return f"{upstream.name} is held by itself{since}: {why}."


def _name(status: UpstreamStatus) -> str:
    marks = {Condition.PAUSED: " (paused)", Condition.HELD: " (held)", Condition.ON_TRIAL: " (held)"}
    return status.upstream.name + marks.get(status.condition, "")


def overview(status: UpstreamStatus) -> tuple[str, ...]:
    """One row of the table of upstreams: a cell for each of COLUMNS."""
    upstream, live = status.upstream, status.live
    most = "" if upstream.max_in_flight is None else f" of {upstream.max_in_flight}"
    published = "" if status.is_published else f" (gate has {live.version or 'none'})"
    return (
        _name(status),
        "-" if live.bucket_level is None else f"{live.bucket_level:.1f} of {live.bucket_capacity:g}",
        _limit(live.requests_per_minute),
        _breaker(status),
        f"{live.in_flight}{most}",
        f"{live.waiting} of {upstream.line_bound}",
        f"{upstream.version}{published}",
    )


def flow_rows(status: UpstreamStatus) -> list[tuple[str, ...]]:
    """The busiest flows, a row each: a cell for each of FLOW_COLUMNS."""
    return [
        (
            f"{flow or '(none)'}{' (blocked)' if each.blocked else ''}",
            str(each.in_flight),
            str(each.waiting),
            f"{each.weight:g}",
        )
        for flow, each in status.busiest_flows(FLOWS)
    ]


def _breaker(status: UpstreamStatus) -> str:
    live = status.live
    words = breaker_in_words(live.breaker)
    if live.breaker_mode is not BreakerMode.AUTO:
        words += f", {live.breaker_mode.value.replace('_', ' ')}"
    elif live.breaker is BreakerState.CLOSED and live.breaker_failures:
        words += f", {live.breaker_failures} of {status.upstream.breaker_failures} failures"
    if status.breaker_since and live.breaker is not BreakerState.CLOSED:
        words += f", since {status.breaker_since:%H:%M:%S}"
    wait = _until(live.breaker_retry_at, live.now)
    return words if wait is None else f"{words}, probe in {wait:.0f} s"


def _limit(value: float | None) -> str:
    return "no limit" if value is None else f"{value:g}"


def _until(at: float | None, now: float) -> float | None:
    return None if at is None else max(0.0, at - now)
