"""The range for a start that is shown before handing in: from the real gate, and never a promise."""

from __future__ import annotations

import pytest
import redis

from feedback.dispatch import flows
from feedback.models import User
from feedback.selectors.work.expected import Expected, expected_start
from limiter.configuration.publication import reconcile_configuration
from limiter.gate.model import Ticket
from limiter.gates import get_gate
from limiter.services import create_upstream

PER_MINUTE = 30.0
TURN = 60 / PER_MINUTE  # seconds


@pytest.fixture(autouse=True)
def upstream(db: None, redis_client: redis.Redis) -> None:
    create_upstream(
        name="simulated",
        values={"target": "t", "queue": "simulated", "requests_per_minute": PER_MINUTE, "burst": 2},
        author="test",
        reason="for a line",
    )
    reconcile_configuration()


def in_line(flow: str, number: int) -> None:
    for each in range(number):
        get_gate().offer("simulated", Ticket(job=f"{flow}-{each}", flow=flow, tokens=10))


def test_an_empty_line_starts_with_the_next_request_that_there_is(owner: User) -> None:
    assert expected_start(owner, "simulated") == Expected(0.0, TURN)  # a new bucket begins empty


def test_without_a_rate_an_empty_line_starts_at_once(owner: User) -> None:
    assert expected_start(owner, "offline") == Expected(0.0, 0.0)


def test_at_best_ones_own_work_comes_first_and_at_worst_each_other_flow_has_a_turn_before_each(
    owner: User,
) -> None:
    in_line(flows.flow_of(owner), 3)
    in_line("user:first", 10)
    in_line("user:second", 10)
    expected = expected_start(owner, "simulated")
    assert expected.earliest_in == pytest.approx(3 * TURN)
    assert expected.latest_in == pytest.approx((3 + 4 * 2 + 1) * TURN)


def test_no_more_can_come_before_than_is_in_line(owner: User) -> None:
    in_line(flows.flow_of(owner), 2)
    in_line("user:first", 1)
    expected = expected_start(owner, "simulated")
    assert expected.latest_in == pytest.approx((3 + 1) * TURN)


def test_where_the_gate_cannot_be_asked_nothing_is_invented(owner: User) -> None:
    assert expected_start(owner, "no such upstream") == Expected()
