"""The tests of the kit, as a class to derive from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from limiter.gate import Ticket, UpstreamConfig

from .backend import Backend
from .machines import MACHINES
from .machines.limits import FewLimits
from .machines.values import U
from .race.course import Course
from .race.verdict import Verdict


class GateTests:
    """A class that derives from it is named Test…; a fixture `gate_backend` of it gives a Backend.

    Each machine takes as many examples as the profile of Hypothesis says.
    """

    def examples(self, machine: str) -> int:
        return settings().max_examples

    @pytest.mark.parametrize("machine", MACHINES)
    def test_it_answers_as_the_reference(self, gate_backend: Backend, machine: str) -> None:
        chosen = settings(
            max_examples=self.examples(machine), deadline=None, suppress_health_check=list(HealthCheck)
        )
        run_state_machine_as_test(MACHINES[machine].of(gate_backend), settings=chosen)

    def test_the_estimates_of_a_deep_queue_are_right_to_the_microsecond(self, gate_backend: Backend) -> None:
        both = FewLimits.of(gate_backend)()
        both.both("configure", UpstreamConfig(U, 1, tokens_per_minute=101, tokens_burst=50))
        both.clock.advance(60_000_000)
        for number in range(150):
            both.both("offer", U, Ticket(f"job {number}", "ann", tokens=35))

    def test_the_limits_hold_in_a_race_with_kills(self, gate_backend: Backend, tmp_path: Path) -> None:
        course = Course(gate_backend, tmp_path)
        course.run()
        Verdict(course).check()
