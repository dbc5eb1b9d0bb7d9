"""What of the limiter somebody may have to know at once: one figure for each upstream."""

from __future__ import annotations

from limiter.gate import BreakerMode, BreakerState, GateError
from limiter.gates import get_gate
from limiter.models import Upstream
from limiter.selectors import UpstreamStatus, all_upstreams, queue_length


def queue_lengths() -> dict[str, float]:
    """Jobs in line. Raises GateError."""
    return {name: float(queue_length(name)) for name in Upstream.objects.values_list("name", flat=True)}


def breaker_open() -> dict[str, float]:
    """1 where the breaker has opened by itself, since the provider fails. Raises GateError.

    An operator's own decision is no news to operators; a breaker that only observes stops nothing.
    """
    return {status.upstream.name: float(_has_opened(status)) for status in all_upstreams()}


def _has_opened(status: UpstreamStatus) -> bool:
    acts = status.upstream.breaker_mode == BreakerMode.AUTO
    return acts and status.live.breaker is BreakerState.OPEN


def gate_away() -> dict[str, float]:
    """1 where the gate does not answer."""
    return {name: float(not _answers(name)) for name in Upstream.objects.values_list("name", flat=True)}


def _answers(upstream: str) -> bool:
    try:
        get_gate().status(upstream)
    except GateError:
        return False
    return True
