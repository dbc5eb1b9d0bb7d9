"""The restoration of what was spent, from the ledger, after Redis lost its memory.

Leases come back with their renewals and the queue with its list or the next reconcile. Limits a minute begin
empty by themselves; what was spent of limits a day, and the service that fairness counts, come from here. The
gate counts the restoration and refuses a second one, so each epoch gets one.
"""

from __future__ import annotations

from .gate import Status
from .gates import connection, get_gate
from .ledger import get_ledger

RESTORED = "restored"  # the gate's counter


def restore_missing(upstream: str, status: Status) -> bool:
    """Restore what was spent to a gate of this status, if its memory is new. False: it was restored before.

    Raises GateError where the gate cannot be reached.
    """
    if status.counters.get(RESTORED):
        return False
    get_gate().restore(upstream, spent=list(get_ledger(connection()).spent(upstream)))
    return True
