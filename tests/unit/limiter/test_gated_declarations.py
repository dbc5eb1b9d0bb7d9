"""What @gated is given is checked where it stands, and the function stays what it was."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

import pytest

from limiter import report_accepted, report_outcome, report_usage
from limiter.gate import Outcome
from limiter.jobs.declaration import declaration_of, gated
from limiter.jobs.execution import Execution, running

ANY: Any = None
USER = UUID("0198d6f0-0000-7000-8000-000000000001")


def add(one: int, other: int) -> int:
    return one + other


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"cost": -1}, "cost is -1: expected a whole number from 0"),
        ({"cost": 1.5}, "cost is 1.5"),
        ({"cost": True}, "cost is True"),
        ({"cost": "9"}, "cost is '9'"),
        ({"priority": 2**20}, "priority is 1048576"),
        ({"output": math.nan}, "output is nan"),
        ({"flow": 1.5}, "flow is 1.5: expected a text, a whole number or a UUID"),
        ({"group": True}, "group is True"),
        ({"document": b"x"}, "document is b'x'"),
        ({"upstream": ""}, "upstream is ''"),
        ({"outcomes": {OSError: "failure"}}, r"outcomes\[OSError\] is 'failure'"),
        ({"outcomes": {"OSError": Outcome.FAILURE}}, "expected classes of exceptions"),
    ],
)
def test_nonsense_is_refused_at_the_declaration(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        gated(**given)


def test_a_declared_function_is_called_as_before() -> None:
    declared = gated(flow=USER, cost=lambda one, other: one * other, outcomes={OSError: Outcome.REJECTED})(
        add
    )
    assert declared(2, 3) == 5
    found = declaration_of(declared)
    assert found is not None
    assert found.fields((2, 3), {}, {}) == {"gate_flow": str(USER), "gate_tokens": 6}
    assert found.fields((2, 3), {}, {"gate_tokens": 1}) == {"gate_flow": str(USER)}
    assert declaration_of("a.path") is None


def test_a_callable_may_leave_a_value_open() -> None:
    found = declaration_of(gated(flow=lambda one, other: None)(add))
    assert found is not None
    assert found.fields((2, 3), {}, {}) == {}


def test_what_a_job_says_of_its_call_is_kept_for_the_settlement() -> None:
    with running(Execution(id="1", job="1")) as execution:
        report_accepted(0.4)
        report_usage(input_tokens=8, output_tokens=2)
        report_outcome(Outcome.THROTTLED, retry_after=3)
    assert execution.was_accepted
    assert execution.usage is not None
    assert (execution.usage.input_tokens, execution.outcome, execution.retry_after) == (
        8,
        Outcome.THROTTLED,
        3,
    )


def test_outside_of_a_job_nothing_is_said_and_nonsense_is_refused() -> None:
    report_accepted()
    report_usage(input_tokens=8)
    with pytest.raises(ValueError, match="input_tokens is -1"):
        report_usage(input_tokens=-1)
    with pytest.raises(ValueError, match="retry_after is nan"):
        report_outcome(Outcome.THROTTLED, retry_after=math.nan)
    with pytest.raises(ValueError, match="outcome is 'throttled'"):
        report_outcome("throttled")  # type: ignore[arg-type]
