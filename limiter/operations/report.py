"""The state of the upstreams, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.utils import timezone
from rich.markup import escape
from rich.table import Table

from limiter.gate import BreakerMode, BreakerState
from limiter.models import Upstream
from limiter.selectors import UpstreamStatus

from .condition import Condition
from .output import moment, printed
from .wording import breaker_in_words, cause_in_words, condition_in_words, trial_in_words

SCHEMA = 1  # of as_json: raised when a field is taken away or changes its meaning
FLOWS = 10
COLOURS = {BreakerState.CLOSED: "green", BreakerState.HALF_OPEN: "yellow", BreakerState.OPEN: "red"}


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


def _hold(upstream: Upstream) -> dict[str, Any] | None:
    if not upstream.is_held:
        return None
    return {
        "cause": upstream.held_cause,
        "since": moment(upstream.held_since),
        "until": moment(upstream.held_until),  # null: it is on trial
        "refusals": upstream.holds,
    }


def as_table(statuses: Sequence[UpstreamStatus], *, colour: bool = False) -> str:
    flows = [_flows(status) for status in statuses if status.live.flows]
    lines = [_condition(status) for status in statuses if status.condition is not Condition.ADMITS]
    return printed(_overview(statuses), *lines, *flows, colour=colour)


def _condition(status: UpstreamStatus) -> str:
    """One line about an upstream that does not just admit calls."""
    if status.upstream.is_held and not status.upstream.paused:
        return _held(status.upstream)
    return escape(f"{status.upstream.name}: {condition_in_words(status.condition)}.")


def _held(upstream: Upstream) -> str:
    """Its cause, and when it is tried again. No person did it."""
    since = (
        "" if upstream.held_since is None else f" since {upstream.held_since.astimezone(UTC):%H:%M:%S} UTC"
    )
    why = f"{cause_in_words(upstream.held_cause)}; {trial_in_words(upstream, timezone.now())}"
    return escape(f"{upstream.name} is held by itself{since}: {why}.")


def _name(status: UpstreamStatus) -> str:
    marks = {Condition.PAUSED: " (paused)", Condition.HELD: " (held)", Condition.ON_TRIAL: " (held)"}
    return status.upstream.name + marks.get(status.condition, "")


def _overview(statuses: Sequence[UpstreamStatus]) -> Table:
    table = Table("Upstream", "Bucket", "Requests/min", "Breaker", "In flight", "In line", "Version")
    for status in statuses:
        upstream, live = status.upstream, status.live
        table.add_row(
            _name(status),
            "-" if live.bucket_level is None else f"{live.bucket_level:.1f} of {live.bucket_capacity:g}",
            _limit(live.requests_per_minute),
            f"[{COLOURS[live.breaker]}]{_breaker(status)}[/]",
            f"{live.in_flight}"
            if upstream.max_in_flight is None
            else f"{live.in_flight} of {upstream.max_in_flight}",
            f"{live.waiting} of {upstream.line_bound}",
            f"{upstream.version}"
            if status.is_published
            else f"{upstream.version} (gate has {live.version or 'none'})",
        )
    return table


def _flows(status: UpstreamStatus) -> Table:
    table = Table("Flow", "In flight", "In line", "Weight", title=f"{status.upstream.name}: busiest flows")
    for flow, each in status.busiest_flows(FLOWS):
        name = escape(flow) or "(none)"  # a flow's key is not ours to read as markup
        table.add_row(
            f"{name} (blocked)" if each.blocked else name,
            str(each.in_flight),
            str(each.waiting),
            f"{each.weight:g}",
        )
    return table


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
