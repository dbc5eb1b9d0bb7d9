"""After Redis lost its memory: what was spent, told again from the ledger.

Leases come back with their renewals and the line with its list or the next reconcile. What nobody renews is
what was spent: limits a minute begin empty by themselves; limits a day and fairness are told here. The gate
counts that it was told and takes no second telling, so an epoch is told once.
"""

from __future__ import annotations

from .gate import Status
from .gates import connection, get_gate
from .ledger import get_ledger

RESTORED = "restored"  # the gate's counter


def restore_missing(upstream: str, status: Status) -> bool:
    """Tell a gate that has this status, if its memory is new, what was spent. False: it was told before.

    Raises GateError where the gate cannot be reached.
    """
    if status.counters.get(RESTORED):
        return False
    get_gate().restore(upstream, spent=list(get_ledger(connection()).spent(upstream)))
    return True
