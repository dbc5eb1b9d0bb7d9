"""The breaker's moves, kept where they outlive Redis."""

from __future__ import annotations

import logging

from django.db import Error as DatabaseError

from ....gate import Lease, Outcome, Settlement

logger = logging.getLogger("limiter.rq")


def keep_move(lease: Lease, outcome: Outcome, settlement: Settlement) -> None:
    """Record that this settlement opened or closed the breaker; most do neither.

    History is for people: where Postgres is away the move stands without a record.
    """
    if not (settlement.tripped or settlement.healed):
        return
    from ....services import record_breaker  # models: only once Django is set up

    try:
        record_breaker(lease=lease, outcome=outcome, settlement=settlement)
    except DatabaseError as error:
        logger.warning("the breaker of %s moved without a record: %s", lease.upstream, error)
