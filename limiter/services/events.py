from __future__ import annotations

from functools import partial

from django.db import transaction

from limiter.gate import BreakerState, Lease, Outcome, Settlement
from limiter.models import BreakerTransition
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
