from __future__ import annotations

import pytest

from limiter.gate import Lease
from limiter.rq.worker.upkeep.pace import LeasePace
from limiter.rq.worker.upkeep.server_clock import LOOKS, ServerClock

TICK = 3.0
TEN_MINUTES = 600.0


class Clocks:
    """Both of them, moved on by hand."""

    def __init__(self) -> None:
        self.server, self.own, self.answers_after = 1_000_000.0, 50.0, 0.0

    def pass_by(self, seconds: float) -> None:
        self.server += seconds
        self.own += seconds

    def read(self) -> float:
        self.pass_by(self.answers_after)
        return self.server


@pytest.mark.parametrize("by", [TEN_MINUTES, -TEN_MINUTES])
def test_recovery_waits_until_living_runs_have_renewed(by: float) -> None:
    clocks = Clocks()
    watched = ServerClock(clocks.read, lambda: clocks.own)
    assert watched.is_settled()
    clocks.pass_by(TICK)
    assert watched.is_settled()
    clocks.server += by
    for _ in range(LOOKS):
        clocks.pass_by(TICK)
        assert not watched.is_settled()
    clocks.pass_by(TICK)
    assert watched.is_settled()


def test_a_pause_however_long_and_a_slow_answer_are_no_clock_that_was_set() -> None:
    clocks = Clocks()
    watched = ServerClock(clocks.read, lambda: clocks.own)
    assert watched.is_settled()
    clocks.pass_by(TEN_MINUTES)
    assert watched.is_settled()
    clocks.answers_after = 20.0
    assert watched.is_settled()
    clocks.answers_after = 0.0
    assert watched.is_settled()


@pytest.mark.parametrize("by", [TEN_MINUTES, -TEN_MINUTES])
def test_a_lease_is_renewed_in_time_however_wrong_our_own_clock_is(by: float) -> None:
    pace = LeasePace(60.0, lambda: None)
    given = 1_000_000.0 + by
    assert pace.note(Lease("a", "job", "up", "flow", "", 1, 0, "epoch", given + 10.0), given) == 10.0
    assert pace.tick_seconds() == pytest.approx(10.0 / 3)
