"""Would the state machines notice? One function of the library at a time is replaced by a wrong one.

A fault counts as noticed only by a wrong answer, never because the library no longer loads or a call raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from limiter.functions.library import MODULES, read
from tests.integration.gate.clockwork import library_with
from tests.integration.gate.faults import FAULTS, Fault
from tests.integration.gate.test_both_gates_agree import BothGates
from tests.integration.gate.test_both_gates_meter_alike import FewLimits
from tests.integration.gate.test_both_gates_order_a_flow_queue_alike import OneFlowQueue
from tests.integration.gate.test_both_gates_trip_alike import OneBreaker

if TYPE_CHECKING:
    import redis

MACHINES = {"everything": BothGates, "limits": FewLimits, "breaker": OneBreaker, "queue": OneFlowQueue}
FUNCTION = re.compile(r"^ *function (\w+)\.(\w+)\(", re.MULTILINE)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_each_mistake_can_still_be_made(fault: Fault, redis_client: redis.Redis) -> None:
    replaced = FUNCTION.findall(fault.text)
    assert replaced
    for module, function in replaced:
        assert module in MODULES
        assert f"function {module}.{function}(" in read(module)
    library_with(fault.text).load(redis_client)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_mistake_in_the_library_is_noticed(fault: Fault, redis_client: redis.Redis) -> None:
    machine = type("Faulty", (MACHINES[fault.machine],), {"fault": fault.text})
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
