"""The restoration of what runs and of what was spent, from the ledger, after Redis lost its memory.

The queue comes back with its list or the next reconcile. Limits a minute begin empty by themselves; the
leases of calls that run, what was spent of limits a day, and the service that fairness counts, come from
here. The gate counts the restoration and refuses a second one of what was spent, so each epoch gets one. A
ledger in Redis lost the leases with the rest: they come back with their renewals, a third of a lease later.
"""

from __future__ import annotations

from limiter.gate import Status
from limiter.gates import MEMORY, backend, connection, get_gate
from limiter.jobs.ledger import get_ledger

RESTORED = "restored"  # the gate's counter


def restore_missing(upstream: str, status: Status) -> bool:
    """Restore what was spent to a gate of this status, if its memory is new. False: it was restored before.

    Raises GateError where the gate cannot be reached.
    """
    if status.counters.get(RESTORED):
        return False
    ledger = get_ledger(connection())
    leases = () if backend() == MEMORY else tuple(ledger.running(upstream))  # in memory nobody renews them
    get_gate().restore(upstream, leases=leases, spent=list(ledger.spent(upstream)))
    return True
