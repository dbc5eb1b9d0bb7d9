"""The expected start of work that is not in line yet: a range from what the gate knows, and no promise."""

from __future__ import annotations

from dataclasses import dataclass

from feedback.dispatch import flows
from feedback.models import User
from limiter import selectors as limiter
from limiter.configuration.policies import FlowLimits
from limiter.gate.model import GateError, Status
from limiter.models import Upstream
from limiter.operations.condition import STANDS_STILL


@dataclass(frozen=True, slots=True)
class Expected:
    """Seconds until the first call, as a range; None: not known."""

    earliest_in: float | None = None
    latest_in: float | None = None
    is_paused: bool = False  # the provider is unavailable, or the upstream is held or paused


def expected_start(user: User, upstream: str, limits: FlowLimits | None = None) -> Expected:
    """For one more document of this person, were it handed in now; known limits are not looked up."""
    try:
        status = limiter.upstream_status(upstream)
    except (GateError, Upstream.DoesNotExist):
        return Expected()
    flow = flows.flow_of(user)
    if status.condition in STANDS_STILL or (limits or limiter.flow_limits(flow)).suspended:
        return Expected(is_paused=True)
    return _range(status.live, flow, status.upstream.max_in_flight)


def _range(live: Status, flow: str, slots: int | None) -> Expected:
    """At best only one's own work comes first; at worst each other flow gets a turn before each of it."""
    if _is_free(live, slots):
        return Expected(0.0, 0.0)
    rate = _per_second(live, slots)
    if rate is None:
        return Expected()
    own = live.flows[flow].waiting if flow in live.flows else 0
    others = sum(1 for name, each in live.flows.items() if each.waiting and name != flow)
    turns = min(live.waiting, own + (own + 1) * others) + 1
    return Expected(own / rate, turns / rate)


def _is_free(live: Status, slots: int | None) -> bool:
    has_token = live.bucket_level is None or live.bucket_level >= 1
    return live.waiting == 0 and has_token and (slots is None or live.in_flight < slots)


def _per_second(live: Status, slots: int | None) -> float | None:
    """How fast the queue moves: at the rate limit, or as places become free, whichever is slower."""
    rates = []
    if live.requests_per_minute:
        rates.append(live.requests_per_minute / 60)
    if slots and live.mean_seconds:
        rates.append(slots / live.mean_seconds)
    return min(rates, default=None)
