"""Would the state machine notice? One mistake at a time is put into the scripts, and each must be caught."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from limiter.gate.redis.loader import read
from tests.integration.gate.clockwork import Fault
from tests.integration.gate.test_both_gates_agree import BothGates

FAULTS = [
    Fault("bucket", "now - state.at) * rule.rate", "now - state.at) * rule.rate * 1.01"),
    Fault("bucket", "math.ceil(missing / rule.rate)", "math.floor(missing / rule.rate)"),
    Fault("bucket", "state.level = state.level - units * rule.grain", "state.level = state.level"),
    Fault("breaker", "now >= state.retry_at", "now > state.retry_at + 5000000"),
    Fault("breaker", "state.probes >= rules.breaker.probes", "state.probes > rules.breaker.probes"),
    Fault("breaker", "failed and state.failures + 1 or 0", "failed and state.failures + 1 or state.failures"),
    Fault("breaker", "2 ^ math.min(state.opens, 30)", "1"),
    Fault("breaker", "to, state.generation + 1", "to, state.generation"),
    Fault("breaker", "math.max(grown, retry_after)", "grown"),
    Fault("settle", "if lease.generation == state.generation then", "if true then"),
    Fault("settle", '"returned" and rules.requests', '"failure" and rules.requests'),
    Fault("settle", "tokens < 0 and lease.charge or math.max(1, tokens)", "lease.charge"),
    Fault("lease", "state.probes = state.probes - 1", "state.probes = state.probes"),
    Fault("lease", "  ended(flow)\n", ""),
    Fault("line", "lane.service = math.max(lane.service, group.virtual)", "lane.service = lane.service"),
    Fault("line", "flow.in_flight < cap", "flow.in_flight <= cap"),
    Fault("line", "lane.service = lane.service + lane_by", "lane.service = lane.service + group_by"),
    Fault("line", "state.virtual = math.max(state.virtual, group.service)", "state.virtual = state.virtual"),
    Fault("line", "if may_run(flow) and not flow.parked then", "if true then"),
    Fault("lane", "local AGEING = 16", "local AGEING = 1"),
    Fault("lane", "-job.priority * CLASS", "job.priority * CLASS"),
    Fault("lane", "+ redis.call(\"ZRANK\", bunch_key(job, bunch), job.id)", "+ 0"),
    Fault("renew", "or redis.call(\"ZSCORE\", base .. \":buried\", id)", "or false"),
    Fault("configure", "old.version >= new.version", "old.version > new.version"),
    Fault("expire", '"-inf", now, "WITHSCORES"', '"-inf", now - 1000000, "WITHSCORES"'),
]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.piece}: {fault.right[:40].strip()}")
def test_a_mistake_in_the_scripts_is_noticed(fault: Fault, redis_client: object) -> None:
    fault.put_into(read(fault.piece))  # it can be put in, so that what fails below is the comparison
    machine = type("Faulty", (BothGates,), {"fault": fault})
    hunt = settings(
        max_examples=2_000, deadline=None, database=None, phases=[Phase.generate], print_blob=False
    )
    with pytest.raises(Exception):  # noqa: B017  whatever it stumbles over, it must not pass
        run_state_machine_as_test(machine, settings=hunt)
