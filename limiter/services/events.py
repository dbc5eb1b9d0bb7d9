from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from django.db import transaction
from django.db.models import Max

from limiter.gate import BreakerState, Event, Lease, Outcome, Settlement
from limiter.gates import get_gate
from limiter.models import BreakerTransition, GateEvent
from limiter.operations.watch import moved


def record_breaker(*, lease: Lease, outcome: Outcome, settlement: Settlement) -> bool:
    """Keep the move of a breaker that a settlement caused. False: it caused none, or it is kept already.

    Called after a settlement. An outcome moves only the generation that it was admitted in, so the
    move's own generation is the next one.
    """
    if not (settlement.tripped or settlement.healed):
        return False
    before = BreakerState.HALF_OPEN if lease.probe else BreakerState.CLOSED
    why = "A probe" if lease.probe else "The last of too many calls in a row"
    move = BreakerTransition(
        upstream_id=lease.upstream,
        from_state=before.value,
        to_state=settlement.breaker.value,
        epoch=lease.epoch,
        generation=lease.generation + 1,
        reason=f"{why} ended in {outcome.value}.",
    )
    move.clean_fields(exclude=["upstream"])
    BreakerTransition.objects.bulk_create([move], ignore_conflicts=True)
    is_new = BreakerTransition.objects.filter(pk=move.pk).exists()
    if is_new:
        transaction.on_commit(partial(moved, lease.upstream, settlement.breaker))
    return is_new


def keep_events(upstream: str, epoch: str) -> int:
    """Keep what the gate did by itself in this epoch since the last time; return how much that was.

    The gate remembers its last 500 events, and numbers them in each epoch, so nothing is kept twice.
    Raises GateError where the gate cannot be reached.
    """
    known = GateEvent.objects.filter(upstream=upstream, epoch=epoch).aggregate(last=Max("number"))["last"]
    fresh = get_gate().events(upstream, after=known or 0)
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
