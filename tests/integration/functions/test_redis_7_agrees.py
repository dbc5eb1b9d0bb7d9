"""The library on Debian's Redis 7, driven by the state machines' short form as on the embedded Valkey."""

from __future__ import annotations

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.gate.driven import Driven
from tests.integration.gate.test_both_gates_agree import BothGates
from tests.integration.gate.test_both_gates_order_a_flow_queue_alike import OneFlowQueue

SHORT = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.parametrize("machine", [BothGates, OneFlowQueue])
def test_both_gates_agree_on_redis_7(
    redis_7: redis.Redis, monkeypatch: pytest.MonkeyPatch, machine: type[Driven]
) -> None:
    path = redis_7.connection_pool.connection_kwargs["path"]
    monkeypatch.setenv("REDIS_URL", f"unix://{path}")
    assert redis_7.info("server")["redis_version"].startswith("7.")
    run_state_machine_as_test(machine, settings=SHORT)
