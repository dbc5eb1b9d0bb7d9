"""The gate's own account of what it did by itself, kept as rows."""

from __future__ import annotations

from datetime import UTC, datetime

from limiter.base.prepared import Given, Prepared
from limiter.gate import Event
from limiter.gates import get_gate
from limiter.models import GateEvent

LAST = Prepared(
    lambda: (
        GateEvent.objects.filter(upstream=Given("upstream"), epoch=Given("epoch"))
        .order_by("-number")
        .values_list("number", flat=True)[:1]
    )
)


def keep_events(upstream: str, epoch: str) -> int:
    """Keep what the gate did by itself in this epoch since the last time; return how much that was.

    The gate remembers its last 500 events, and numbers them in each epoch, so nothing is kept twice.
    Raises GateError where the gate cannot be reached.
    """
    fresh = get_gate().events(upstream, after=LAST.first(upstream=upstream, epoch=epoch) or 0)
    GateEvent.objects.bulk_create([_row(upstream, event) for event in fresh], ignore_conflicts=True)
    return len(fresh)


def _row(upstream: str, event: Event) -> GateEvent:
    return GateEvent(
        upstream_id=upstream,
        epoch=event.epoch,
        number=event.number,
        kind=event.kind,
        before=event.before,
        after=event.after,
        reason=event.reason,
        at=datetime.fromtimestamp(event.at, tz=UTC),
    )
