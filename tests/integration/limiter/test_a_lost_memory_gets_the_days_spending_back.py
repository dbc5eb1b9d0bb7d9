"""A gate with a Redis that lost its memory gets what was spent today back, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar

import pytest
from redis import Redis

from limiter import services
from limiter.configuration import publication
from limiter.gate import FlowPolicy, Lease, Outcome, Reason, Spent, Ticket
from limiter.gates import get_gate
from limiter.models import GateEvent, Upstream

pytestmark = pytest.mark.django_db(transaction=True)

U = "tested"
BY = {"author": "tests", "reason": "to see"}


class Books:
    """A ledger that knows one flow, and the calls that a test says run."""

    runs: ClassVar[list[Lease]] = []

    def __init__(self, connection: Redis | None) -> None:
        """It keeps nothing in Redis."""

    def reclaimed(self, lease: Lease) -> bool:
        return False

    def settled(self, leases: Sequence[str]) -> None:
        """Nothing to note."""

    def waiting(self, upstream: str) -> Iterator[Ticket]:
        return iter(())

    def running(self, upstream: str) -> Iterator[Lease]:
        return iter(self.runs)

    def spent(self, upstream: str) -> Iterator[Spent]:
        return iter([Spent("ann", "maths", tokens=900, service=900)])

    def explained(self, job: str) -> None:
        """It knows no job."""


@pytest.fixture
def upstream(settings: object, redis_client: Redis) -> Upstream:
    settings.LIMITER_LEDGER = f"{__name__}.Books"  # type: ignore[attr-defined]
    return services.create_upstream(name=U, values={"tokens_per_day": 1_000}, **BY)


def offered(job: str, tokens: int) -> None:
    get_gate().offer(U, Ticket(job, "ann", "maths", tokens=tokens))


def test_what_was_spent_today_still_counts(upstream: Upstream, redis_client: Redis) -> None:
    redis_client.flushdb()
    publication.reconcile_configuration()
    offered("too much for today", 200)
    assert get_gate().admit(U).reason is Reason.TOKENS_PER_DAY


@pytest.mark.parametrize(
    "publish", [publication.reconcile_configuration, partial(publication.publish_missing, U)]
)
def test_no_more_calls_run_than_may_while_those_from_before_still_do(
    upstream: Upstream, redis_client: Redis, publish: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    services.change_upstream(upstream=U, changes={"max_in_flight": 2}, **BY)
    for job in ("one", "two"):
        offered(job, 1)
    monkeypatch.setattr(Books, "runs", list(get_gate().admit(U, 2).leases))
    redis_client.flushdb()
    publish()
    offered("three", 1)
    assert get_gate().admit(U).reason is Reason.IN_FLIGHT
    get_gate().settle(U, Books.runs[0].id, Outcome.SUCCESS)
    assert get_gate().admit(U).leases


def test_it_is_restored_once(upstream: Upstream, redis_client: Redis) -> None:
    redis_client.flushdb()
    publication.reconcile_configuration()
    publication.reconcile_configuration()
    offered("within what is left", 100)
    assert get_gate().admit(U).leases


def test_a_worker_that_finds_no_configuration_tells_it_too(upstream: Upstream, redis_client: Redis) -> None:
    redis_client.flushdb()
    publication.publish_missing(U)
    offered("too much for today", 200)
    assert get_gate().admit(U).reason is Reason.TOKENS_PER_DAY


def test_a_flows_own_day_counts_too(upstream: Upstream, redis_client: Redis) -> None:
    redis_client.flushdb()
    get_gate().set_policies(U, flows={"ann": FlowPolicy(1, tokens_per_day=950)}, groups={})
    publication.publish_missing(U)
    offered("more than ann has left", 60)
    assert get_gate().admit(U).reason is Reason.FLOW_TOKENS_PER_DAY


def test_what_the_gate_does_by_itself_is_kept_with_its_reason(upstream: Upstream) -> None:
    services.change_upstream(upstream=U, changes={"breaker_mode": "observe"}, **BY)
    services.change_upstream(upstream=U, changes={"breaker_mode": "auto", "breaker_failures": 1}, **BY)
    offered("fails", 1)
    (lease,) = get_gate().admit(U).leases
    get_gate().settle(U, lease.id, Outcome.FAILURE)
    publication.reconcile_configuration()
    publication.reconcile_configuration()
    kept = [(event.before, event.after, event.reason) for event in GateEvent.objects.filter(upstream=U)]
    assert ("closed", "open", "failures in a row") in kept
    assert len(kept) == len(set(kept))
