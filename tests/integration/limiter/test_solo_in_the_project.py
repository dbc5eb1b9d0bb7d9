"""The process's own request managers, configured by the same rows as the shared gate."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone

from limiter import selectors, services
from limiter.gate import Outcome
from limiter.gates import get_gate, memory_gate, use_gate
from limiter.jobs.execution import Execution
from limiter.models import BreakerTransition, Upstream
from limiter.solo import get_request_manager
from limiter.solo.process import shutdown

from .conftest import BY

if TYPE_CHECKING:
    from pytest_django import Settings

PATIENCE = 30.0


@pytest.fixture
def solo(settings: Settings, transactional_db: None) -> Iterator[None]:
    settings.LIMITER_BACKEND = "memory"
    settings.LIMITER_QUEUES = {"model": "tested"}
    with use_gate(memory_gate()):
        services.create_upstream(name="tested", values={"requests_per_minute": 60_000, "burst": 10}, **BY)
        yield
        shutdown(grace=0.0)


pytestmark = pytest.mark.usefixtures("solo")


def nothing(job: str, execution: Execution) -> None:
    pass


def test_there_is_one_manager_for_each_queue() -> None:
    assert get_request_manager() is get_request_manager("model")
    assert get_request_manager("parse") is get_request_manager("parse")
    assert get_request_manager("parse") is not get_request_manager("model")


def all_connections_come_back() -> bool:
    """Whether the pool has all its connections back soon, this thread's among them."""
    connection.close()
    deadline = time.monotonic() + PATIENCE / 3
    while time.monotonic() < deadline:
        stats = cast(Any, connection).pool.get_stats()  # of the PostgreSQL backend alone
        if stats["pool_size"] == stats["pool_available"]:
            return True
        time.sleep(0.02)
    return False


def test_jobs_reach_the_database_and_hold_no_connection_afterwards() -> None:
    def run(job: str, execution: Execution) -> None:
        assert Upstream.objects.filter(name="tested").exists()

    get_request_manager("parse").submit("job", run=run).result(PATIENCE)
    assert all_connections_come_back()


def test_what_is_written_beside_a_job_holds_no_connection_either() -> None:
    services.change_upstream(upstream="tested", changes={"breaker_failures": 1}, **BY)
    attempts = 0

    def run(job: str, execution: Execution) -> float | None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            return 0.01  # before the next attempt its policy is looked up
        execution.report(Outcome.FAILURE)  # trips the breaker, which is recorded
        return None

    get_request_manager("model").submit("job", run=run).result(PATIENCE)
    assert BreakerTransition.objects.filter(upstream="tested").exists()
    assert all_connections_come_back()


def test_the_rows_rule_and_a_change_acts_at_once() -> None:
    services.change_upstream(upstream="tested", changes={"paused": True}, **BY)
    manager = get_request_manager("model")
    job = manager.submit("job", run=nothing)
    assert manager.get_stats()["queue_size"] == 1
    services.change_upstream(upstream="tested", changes={"paused": False}, **BY)
    job.result(PATIENCE)


def test_a_held_upstream_is_waited_for_and_one_accepted_call_frees_the_rest() -> None:
    began: list[int] = []

    def call(job: str, execution: Execution) -> None:
        state = selectors.hold_state_of("tested")
        assert state is not None
        began.append(state.generation)
        services.end_hold(upstream="tested", generation=state.generation)

    assert services.hold(upstream="tested", cause="clock", reason="a wrong clock", generation=0)
    manager = get_request_manager("model")
    jobs = [manager.submit(f"job-{number}", run=call) for number in range(3)]
    assert manager.get_stats()["queue_size"] == 3
    past = timezone.now() - timedelta(seconds=1)
    Upstream.objects.filter(name="tested").update(held_since=past - timedelta(hours=1), held_until=past)
    services.try_due()
    for job in jobs:
        job.result(PATIENCE)
    assert len(began) == 3
    assert not Upstream.objects.get(name="tested").is_held


def test_a_suspended_flow_waits() -> None:
    services.set_flow_policy(flow="ada", changes={"suspended": True}, **BY)
    manager = get_request_manager("model")
    held = manager.submit("held", run=nothing, flow="ada")
    manager.submit("other", run=nothing, flow="bob").result(PATIENCE)
    assert not held.done()
    services.set_flow_policy(flow="ada", changes={"suspended": False}, **BY)
    held.result(PATIENCE)


def test_a_queue_without_an_upstream_never_waits_behind_the_calls() -> None:
    services.change_upstream(upstream="tested", changes={"paused": True}, **BY)
    get_request_manager("model").submit("call", run=nothing)
    get_request_manager("parse").submit("parse", run=nothing).result(PATIENCE)


def test_a_breaker_that_trips_is_in_the_history() -> None:
    services.change_upstream(upstream="tested", changes={"breaker_failures": 2}, **BY)
    manager = get_request_manager("model")

    def fail(job: str, execution: Execution) -> None:
        execution.report(Outcome.FAILURE)

    for number in range(2):
        manager.submit(f"job-{number}", run=fail).result(PATIENCE)
    move = BreakerTransition.objects.get(upstream="tested")
    assert (move.from_state, move.to_state) == ("closed", "open")


def test_an_upstream_without_a_row_runs_thirty_a_minute(settings: Settings) -> None:
    settings.LIMITER_QUEUES = {"model": "unheard-of"}
    get_request_manager("model")
    assert get_gate().status("unheard-of").requests_per_minute == 30


def test_the_shared_gate_has_no_request_manager(settings: Settings) -> None:
    settings.LIMITER_BACKEND = "redis"
    from limiter.gate.memory import MemoryGate

    with use_gate(MemoryGate()), pytest.raises(ImproperlyConfigured, match="memory"):
        get_request_manager("model")


def test_threads_of_a_manager_end_with_it() -> None:
    manager = get_request_manager("model")
    manager.submit("job", run=nothing).result(PATIENCE)
    shutdown()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("tested-")]
