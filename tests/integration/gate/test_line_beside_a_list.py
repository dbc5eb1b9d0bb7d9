"""The list is the membership, our line an index of it: plain pushes and removals are noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from limiter.gate import FlowPolicy, Outcome, Reason, Ticket, UpstreamConfig
from limiter.gate.redis import RedisGate
from tests.integration.gate.clockwork import Clockwork

if TYPE_CHECKING:
    import redis

U, LIST = "bedrock", "rq:queue:bedrock"


@pytest.fixture
def gate(work: Clockwork) -> RedisGate:
    gate = work.gate(lists={U: LIST})
    gate.configure(UpstreamConfig(U, 1))
    return gate


def push(client: redis.Redis, job: str, *, front: bool = False, **fields: str | int) -> None:
    """What rq does to enqueue, with the fields that our queue adds to the job's hash."""
    if fields:
        client.hset(f"rq:job:{job}", mapping={f"gate_{name}": value for name, value in fields.items()})
    (client.lpush if front else client.rpush)(LIST, job)


def admitted(gate: RedisGate, k: int = 100) -> list[str]:
    return [lease.job for lease in gate.admit(U, k).leases]


def listed(client: redis.Redis) -> list[str]:
    return [job.decode() for job in cast("list[bytes]", client.lrange(LIST, 0, -1))]


def test_a_plain_push_is_admitted_and_leaves_the_list(gate: RedisGate, redis_client: redis.Redis) -> None:
    push(redis_client, "a", flow="ann", group="maths", tokens=700)
    lease = gate.admit(U).leases[0]
    assert (lease.job, lease.flow, lease.group, lease.tokens) == ("a", "ann", "maths", 700)
    assert listed(redis_client) == []


def test_jobs_without_fields_run_first_come_first_served(gate: RedisGate, redis_client: redis.Redis) -> None:
    for number in range(450):
        push(redis_client, f"job{number}")
    order = [job for _ in range(9) for job in admitted(gate, 50)]
    assert order == [f"job{number}" for number in range(450)]


def test_nonsense_in_the_fields_is_no_obstacle(gate: RedisGate, redis_client: redis.Redis) -> None:
    for number, value in enumerate(["", "many", "nan", "inf", "-inf", "1e400", "7.9", "0x10"]):
        push(redis_client, f"job{number}", tokens=value, priority=value)
    assert len(admitted(gate)) == 8


def test_a_job_pushed_at_the_head_goes_before_the_others_of_its_flow(
    gate: RedisGate, redis_client: redis.Redis
) -> None:
    push(redis_client, "waiting", flow="ann", priority=5)
    gate.expire(U)  # absorbs it
    push(redis_client, "urgent", front=True, flow="ann")
    push(redis_client, "most urgent", front=True, flow="ann")
    assert admitted(gate) == ["most urgent", "urgent", "waiting"]


def test_a_burst_of_pushes_is_absorbed_in_order_a_bounded_number_a_call(
    gate: RedisGate, redis_client: redis.Redis
) -> None:
    for number in range(350):
        push(redis_client, f"job{number}", flow="ann")
    gate.expire(U)
    assert 0 < gate.status(U).waiting <= 200
    order: list[str] = []
    while batch := admitted(gate, 40):
        order += batch
    assert order == [f"job{number}" for number in range(350)]


def test_a_job_that_was_taken_out_of_the_list_is_dropped(gate: RedisGate, redis_client: redis.Redis) -> None:
    for job in ("a", "b", "c"):
        push(redis_client, job, flow="ann")
    gate.expire(U)
    redis_client.lrem(LIST, 1, "a")
    assert admitted(gate) == ["b", "c"]
    assert gate.status(U).waiting == 0


def test_a_removal_never_hides_a_later_push(gate: RedisGate, redis_client: redis.Redis) -> None:
    for job in ("a", "b"):
        push(redis_client, job, flow="ann")
    gate.expire(U)
    redis_client.lrem(LIST, 1, "b")
    push(redis_client, "c", flow="ben")
    assert sorted(admitted(gate)) == ["a", "c"]


def test_ids_that_left_the_list_by_other_means_are_forgotten(
    gate: RedisGate, redis_client: redis.Redis
) -> None:
    gate.configure(UpstreamConfig(U, 2, paused=True))
    for number in range(60):
        push(redis_client, f"job{number}", flow=f"flow{number % 7}", document="essay")
    gate.expire(U)
    redis_client.delete(LIST)
    for _ in range(30):
        gate.expire(U)
    status = gate.status(U)
    assert (status.waiting, status.flows) == (0, {})
    assert not redis_client.keys(f"gate:{U}:lane:*")
    assert not redis_client.keys(f"gate:{U}:bunch:*")


def test_a_retry_pushed_before_its_settle_waits_for_the_lease_to_end(
    gate: RedisGate, redis_client: redis.Redis
) -> None:
    push(redis_client, "a", flow="ann")
    lease = gate.admit(U).leases[0]
    push(redis_client, "a")
    assert gate.admit(U).leases == ()
    assert listed(redis_client) == ["a"]
    gate.settle(U, lease.id, Outcome.FAILURE)
    assert admitted(gate) == ["a"]
    assert listed(redis_client) == []


def test_a_retry_pushed_under_a_lease_that_expires_is_admitted_after_it(
    gate: RedisGate, redis_client: redis.Redis, work: Clockwork
) -> None:
    push(redis_client, "a", flow="ann")
    gate.admit(U)
    push(redis_client, "a")
    work.advance(31_000_000)
    assert gate.admit(U).leases == ()
    assert [lease.job for lease in gate.expire(U)] == ["a"]
    assert admitted(gate) == ["a"]


def test_an_id_pushed_twice_runs_twice_one_after_the_other(
    gate: RedisGate, redis_client: redis.Redis
) -> None:
    for job in ("a", "b", "a", "c"):
        push(redis_client, job, flow="ann")
    first = gate.admit(U, 10).leases
    assert [lease.job for lease in first] == ["a", "b", "c"]
    gate.expire(U)
    assert admitted(gate) == []
    gate.settle(U, first[0].id, Outcome.SUCCESS)
    assert admitted(gate) == ["a"]


def test_a_call_that_stopped_at_its_bound_says_so(gate: RedisGate, redis_client: redis.Redis) -> None:
    """A list that was emptied past the gate: dead ids are dropped a bounded number a call."""
    for number in range(300):
        push(redis_client, f"dead{number}", flow="ann")
    for _ in range(4):
        gate.expire(U)
    redis_client.delete(LIST)
    calls, admission = 1, gate.admit(U)
    while admission.reason is Reason.UNFINISHED:
        assert (admission.leases, admission.wait_seconds) == ((), 0.0)
        calls, admission = calls + 1, gate.admit(U)
    assert (admission.reason, gate.status(U).waiting) == (Reason.EMPTY, 0)
    assert calls > 3


def test_a_flow_behind_many_that_may_not_run_is_found(
    gate: RedisGate, redis_client: redis.Redis, work: Clockwork
) -> None:
    work.gate(lists={U: LIST}).set_policies(
        U, flows={f"full{number}": FlowPolicy(1, max_in_flight=0) for number in range(90)}, groups={}
    )
    for number in range(90):
        push(redis_client, f"job{number}", flow=f"full{number}")
    gate.expire(U)
    push(redis_client, "mine", flow="ann")
    admission = gate.admit(U)
    while admission.reason is Reason.UNFINISHED:
        admission = gate.admit(U)
    assert [lease.job for lease in admission.leases] == ["mine"]


def test_an_id_that_stands_in_the_list_twice_is_no_reason_to_ask_for_ever(
    gate: RedisGate, redis_client: redis.Redis
) -> None:
    gate.set_policies(U, flows={"ann": FlowPolicy(1, suspended=True)}, groups={})
    for job in ("a", "b", "a"):
        push(redis_client, job, flow="ann")
    reasons = [gate.admit(U).reason for _ in range(3)]
    assert reasons[-1] is Reason.FLOW_SUSPENDED


def test_cancel_takes_a_job_out_of_the_list_too(gate: RedisGate, redis_client: redis.Redis) -> None:
    push(redis_client, "known", flow="ann")
    gate.expire(U)
    push(redis_client, "unknown", flow="ann")
    assert gate.cancel(U, "known")
    assert gate.cancel(U, "unknown")
    assert not gate.cancel(U, "known")
    assert listed(redis_client) == []
    assert gate.admit(U).reason is Reason.EMPTY


def test_offering_what_was_pushed_adds_nothing(gate: RedisGate, redis_client: redis.Redis) -> None:
    push(redis_client, "a", flow="ann", priority=3)
    gate.offer(U, Ticket("a", "ann", priority=3))
    assert gate.status(U).waiting == 1
    assert admitted(gate) == ["a"]


def test_a_blocked_flow_does_not_hide_pushes_of_another(gate: RedisGate, redis_client: redis.Redis) -> None:
    gate.configure(UpstreamConfig(U, 2, flow_in_flight=1))
    for number in range(300):
        push(redis_client, f"ann{number}", flow="ann")
    assert admitted(gate, 5) == ["ann0"]
    push(redis_client, "ben", flow="ben")
    found: list[str] = []
    for _ in range(5):  # absorbing is bounded, so it may take a few calls to see past so many
        found += admitted(gate, 5)
    assert found == ["ben"]


def test_a_lost_memory_absorbs_the_whole_list_again(
    gate: RedisGate, redis_client: redis.Redis, work: Clockwork
) -> None:
    for number in range(120):
        push(redis_client, f"job{number}", flow="ann")
    gate.expire(U)
    for key in redis_client.keys(f"gate:{U}:*"):
        redis_client.delete(key)
    gate.configure(UpstreamConfig(U, 1))
    order: list[str] = []
    while batch := admitted(gate, 30):
        order += batch
    assert order == [f"job{number}" for number in range(120)]
