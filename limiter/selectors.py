"""What can be read: upstreams as they are now, and what a job waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from .gate import Explanation, FlowStatus, Status
from .gates import get_gate
from .models import BreakerTransition, ConfigVersion, Upstream
from .policies import FlowLimits, limits_of


@dataclass(frozen=True, slots=True)
class UpstreamStatus:
    """One upstream: what Postgres says it shall be, and what the gate says it is."""

    upstream: Upstream
    live: Status
    breaker_since: datetime | None  # when its last recorded move was

    @property
    def is_published(self) -> bool:
        return self.live.version == self.upstream.version

    def busiest_flows(self, count: int = 10) -> list[tuple[str, FlowStatus]]:
        """The flows with the most work, running and waiting."""
        flows = self.live.flows.items()
        return sorted(flows, key=lambda each: (-each[1].in_flight - each[1].waiting, each[0]))[:count]


def upstream_status(name: str) -> UpstreamStatus:
    """One upstream now. Raises Upstream.DoesNotExist, and GateError where the gate cannot be reached."""
    upstream = Upstream.objects.get(name=name)
    last_move = BreakerTransition.objects.filter(upstream=upstream).first()
    return UpstreamStatus(
        upstream=upstream,
        live=get_gate().status(name),
        breaker_since=last_move.at if last_move else None,
    )


def all_upstreams() -> Iterator[UpstreamStatus]:
    """Every upstream now, by name. Raises GateError where the gate cannot be reached."""
    for name in Upstream.objects.values_list("name", flat=True):
        yield upstream_status(name)


def explain(*, upstream: str, job: str) -> Explanation:
    """What one job waits for. Raises GateError."""
    return get_gate().explain(upstream, job)


def flow_limits(flow: str) -> FlowLimits:
    """What one flow may do, for intake and for its own page."""
    return limits_of(flow)


def config_versions(upstream: str) -> list[ConfigVersion]:
    """An upstream's history, the newest first."""
    return list(ConfigVersion.objects.filter(upstream=upstream))
