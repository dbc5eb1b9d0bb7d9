from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from feedback.simulator.hosting import SimulatorProcess
from tests.running import Running, processes


@pytest.fixture
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as simulator:
        yield simulator


@pytest.fixture
def running(
    child_environment: dict[str, str],
    redis_client: redis.Redis,
    simulator: SimulatorProcess,
    tmp_path: Path,
) -> Iterator[Running]:
    """Real processes on this test's own database and Redis, whose leases last seconds."""
    environment = {
        **child_environment,
        "SIMULATOR_URL": simulator.url,
        "LIMITER_WORKER_LEASE_SECONDS": "3",
        "RECONCILE_PATIENCE": "6",
    }
    with processes(environment, tmp_path / "processes.log") as started:
        yield started
