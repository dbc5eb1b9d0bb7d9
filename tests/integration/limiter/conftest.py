"""A gate in memory with a clock that stands still, for what does not need the shared one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from limiter import services
from limiter.gate.memory import MemoryGate
from limiter.gates import use_gate
from limiter.models import Upstream

BY: dict[str, Any] = {"author": "operator", "reason": "a test"}


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> Iterator[MemoryGate]:
    with use_gate(MemoryGate(clock, lambda: 0.0)) as gate:
        assert isinstance(gate, MemoryGate)
        yield gate


@pytest.fixture
def upstream(transactional_db: None, gate: MemoryGate) -> Upstream:
    """An upstream with no limit on its rate and two calls at once, published."""
    return services.create_upstream(name="tested", values={"max_in_flight": 2}, **BY)


@pytest.fixture
def no_session_left(transactional_db: None) -> Iterator[None]:
    """A child process has ended before PostgreSQL noticed: until it does, the database can't be dropped."""
    before = _sessions()
    yield
    deadline = time.monotonic() + 30
    while _sessions() - before:
        assert time.monotonic() < deadline, "a child's session outlives it"
        time.sleep(0.05)


def _sessions() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return {pid for (pid,) in cursor.fetchall()}
