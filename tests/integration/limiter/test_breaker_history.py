from __future__ import annotations

from limiter import services
from limiter.gate import Outcome, Ticket
from limiter.gate.memory import MemoryGate
from limiter.models import BreakerTransition, Upstream

from .conftest import BY, Clock


def run_one(gate: MemoryGate, job: str, outcome: Outcome) -> bool:
    gate.offer("tested", Ticket(job, "ada"))
    (lease,) = gate.admit("tested").leases
    settlement = gate.settle("tested", lease.id, outcome)
    services.record_breaker(lease=lease, outcome=outcome, settlement=settlement)
    return services.record_breaker(lease=lease, outcome=outcome, settlement=settlement)


def test_each_move_is_kept_once_with_its_reason(upstream: Upstream, gate: MemoryGate, clock: Clock) -> None:
    services.change_upstream(
        upstream="tested", changes={"breaker_failures": 2, "breaker_open_seconds": 60}, **BY
    )
    run_one(gate, "first", Outcome.FAILURE)
    assert not BreakerTransition.objects.exists()
    kept_twice = run_one(gate, "second", Outcome.FAILURE)
    clock.now += 120
    kept_twice |= run_one(gate, "probe", Outcome.SUCCESS)
    assert not kept_twice
    assert list(BreakerTransition.objects.order_by("id").values_list("from_state", "to_state", "reason")) == [
        ("closed", "open", "The last of too many calls in a row ended in failure."),
        ("half_open", "closed", "A probe ended in success."),
    ]
