"""Would the state machines notice? One mistake at a time is put into the scripts, and each must be caught."""

# ruff: noqa: E501 - a fault is best read in one line

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from limiter.gate.redis.loader import read
from tests.integration.gate.clockwork import Fault
from tests.integration.gate.test_both_gates_agree import BothGates
from tests.integration.gate.test_both_gates_meter_alike import FewLimits
from tests.integration.gate.test_both_gates_order_a_lane_alike import OneLane
from tests.integration.gate.test_both_gates_trip_alike import OneBreaker

MACHINES = {  # that notice them soonest, by piece
    "breaker": OneBreaker,
    "change": FewLimits,
    "correct": FewLimits,
    "lane": OneLane,
    "meter": FewLimits,
    "records": FewLimits,
    "short": OneLane,
    "spending": FewLimits,
}

FAULTS = [
    Fault("meter", "level + (now - meter.b) * meter.c", "level + (now - meter.b) * meter.c * 1.01"),
    Fault("meter", "math.ceil((wanted - level) / meter.c)", "math.floor((wanted - level) / meter.c)"),
    Fault("meter", "local left, most = level - units * meter.y,", "local left, most = level,"),
    Fault("meter", "math.min(units, meter.x) <= meter.x", "math.min(units, meter.x) <= meter.x + 1"),
    Fault("meter", "return start, 0, meter.a == start - meter.y and meter.b or 0, passed", "return start, 0, 0, passed"),
    Fault("meter", "if oldest.after >= enough then", "if oldest.after > enough then"),
    Fault("change", "old == new and value or math.floor(value / old * new)", "value"),
    Fault("change", "if over > 0 then", "if false then"),
    Fault("spending", "if daily > minute then", "if daily > 0 then"),
    Fault("spending", "state.input + input, state.output + output", "state.input + input, state.output"),
    Fault("correct", "age <= window", "age >= window"),
    Fault("correct", "tokens and (over > 0 or", "tokens and (over > 100000 or"),
    Fault("control", 'state[which .. "_rate"] = state[which .. "_rate"] + 1', 'state[which .. "_rate"] = state[which .. "_rate"]'),
    Fault("control", "math.max(rate * (1 - tuning.lower_by), borne * (1 - gentle))", "math.max(rate * (1 - tuning.lower_by), borne * (1 - 2 * gentle))"),
    Fault("control", 'or meter.c * STEP > tuning[which .. "_ceiling"] then', "then"),
    Fault("offer", "rules and rules.multiplier or 1", "1"),
    Fault("control", 'or state[which .. "_pressed"] == 0 then', "then"),
    Fault("breaker", "now >= state.retry_at", "now > state.retry_at + 5000000"),
    Fault("breaker", "state.probes >= tuning.probes", "state.probes > tuning.probes"),
    Fault("breaker", "failed and tally.failures + 1 or 0", "failed and tally.failures + 1 or tally.failures"),
    Fault("breaker", "2 ^ math.min(tally.opens, 30)", "1"),
    Fault("breaker", "to, state.generation + 1", "to, state.generation"),
    Fault("breaker", "math.max(grown, retry_after)", "grown"),
    Fault("breaker", "tally.failed - was_failed", "tally.failed"),
    Fault("breaker", "tally.slow - was_slow", "tally.slow"),
    Fault("breaker", "tally.calls > tuning.window", "tally.calls >= tuning.window"),
    Fault("settle", "elseif lease.generation == state.generation and not counted then", "elseif not counted then"),
    Fault("settle", "if never_sent then", "if not never_sent then"),
    Fault("settle", "math.ceil(used_output * rules.burndown)", "used_output"),
    Fault("settle", "settle_one(riders, at + 1 + WORDS)", "settle_one(riders, 4 + WORDS)"),
    Fault("lease", "state.probes = state.probes - lease.probe", "state.probes = state.probes"),
    Fault("lease", "  ended(flow)\n", ""),
    Fault("lease", "local part = used / (1 + riders)", "local part = used"),
    Fault("line", "service = math.max(service, least and math.min(virtual, tonumber(least)) or virtual)", ""),
    Fault("records", "meter_pack(rate) .. meter_pack(daily)", "meter_pack(daily) .. meter_pack(rate)"),
    Fault("records", "own_tokens(flow), policy.tokens", "nil, policy.tokens"),
    Fault("line", "return flow.in_flight < cap", "return flow.in_flight <= cap"),
    Fault("line", "lane.service = lane.service + lane_by", "lane.service = lane.service + group_by"),
    Fault("line", "if flow.parked == 0 and not flow_refusal(flow, job.hold) then", "if true then"),
    Fault("line", 'base .. ":parked", "-inf", now, "LIMIT"', 'base .. ":parked", "-inf", now - 1, "LIMIT"'),
    Fault("admit", "state.virtual = group.service", "state.virtual = state.virtual"),
    Fault("short", "local AGEING = 16", "local AGEING = 1"),
    Fault("lane", "-priority * CLASS", "priority * CLASS"),
    Fault("lane", "score + (behind - job.arrival) - AGEING", "score + (behind - job.arrival)"),
    Fault("short", '(struct.unpack("<i", shifted) - job.arrival) - AGEING', "0 - AGEING"),
    Fault("short", "if moved > score then", "if false then"),
    Fault("short", "math.min(oldest, job.arrival) - oldest + AGEING", "AGEING"),
    Fault("short", 'struct.unpack("<i", jobs) - oldest - AGEING', 'struct.unpack("<i", jobs) - oldest'),
    Fault("short", "before[1] == bunch[1] and precedes(before[2], bunch[2])", "before[1] == bunch[1]"),
    Fault("short", "return ahead + before", "return ahead"),
    Fault("renew", "or redis.call(\"ZSCORE\", base .. \":buried\", id)", "or false"),
    Fault("configure", "rules.version >= wanted.rules.version", "rules.version > wanted.rules.version"),
    Fault("expire", 'RUNNING, now, "WITHSCORES"', 'RUNNING, now - 1000000, "WITHSCORES"'),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_each_mistake_can_still_be_made(fault: Fault) -> None:
    fault.put_into(read(fault.piece))


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.piece}: {fault.right[:40].strip()}")
def test_a_mistake_in_the_scripts_is_noticed(fault: Fault, redis_client: object) -> None:
    machine = type("Faulty", (MACHINES.get(fault.piece, BothGates),), {"fault": fault})
    hunt = settings(
        max_examples=2_000, deadline=None, database=None, phases=[Phase.generate], print_blob=False
    )
    with pytest.raises(Exception):  # noqa: B017  whatever it stumbles over, it must not pass
        run_state_machine_as_test(machine, settings=hunt)
