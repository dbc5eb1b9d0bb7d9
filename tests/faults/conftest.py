from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from feedback.development.simulator.serving.hosting import SimulatorProcess
from tests.running import Running, processes


@pytest.fixture
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as simulator:
        yield simulator


@pytest.fixture
def lease_seconds() -> int:
    """How long a worker may be silent: short, since most of these tests wait until a killed one is found out.

    A test in which a worker's calls have to go on gives it longer (`LONG_LEASES`): on a busy machine a worker
    that lives can be silent for seconds.
    """
    return 3


@pytest.fixture
def running(
    child_environment: dict[str, str],
    redis_client: redis.Redis,
    simulator: SimulatorProcess,
    lease_seconds: int,
    tmp_path: Path,
) -> Iterator[Running]:
    """Real processes on this test's own database and Redis."""
    environment = {
        **child_environment,
        "SIMULATOR_URL": simulator.url,
        "LIMITER_WORKER_LEASE_SECONDS": str(lease_seconds),
        "RECONCILE_PATIENCE": str(2 * lease_seconds),
    }
    with processes(environment, tmp_path / "processes.log") as started:
        yield started
