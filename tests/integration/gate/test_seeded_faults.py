"""Would the state machines notice? One function of the library at a time is replaced by a wrong one.

A fault counts as noticed only by a wrong answer, never because the library no longer loads or a call raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from limiter.conformance.machines import MACHINES
from limiter.conformance.ours import in_redis, on_the_clock
from limiter.functions.library import MODULES, read
from tests.integration.gate.faults import FAULTS, Fault

if TYPE_CHECKING:
    import redis

FUNCTION = re.compile(r"^ *function (\w+)\.(\w+)\(", re.MULTILINE)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_each_mistake_can_still_be_made(fault: Fault, redis_client: redis.Redis) -> None:
    replaced = FUNCTION.findall(fault.text)
    assert replaced
    for module, function in replaced:
        assert module in MODULES
        assert f"function {module}.{function}(" in read(module)
    on_the_clock(fault.text).load(redis_client)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_mistake_in_the_library_is_noticed(fault: Fault, redis_client: redis.Redis) -> None:
    machine = MACHINES[fault.machine].of(in_redis(fault=fault.text))
    hunt = settings(
        max_examples=6_000,  # a hunt by chance: it ends at the first wrong answer
        deadline=None,
        database=None,
        phases=[Phase.generate],
        print_blob=False,
        report_multiple_bugs=False,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=hunt)
