from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from feedback.development.simulator.serving.hosting import SimulatorProcess
from tests.e2e.site import Site
from tests.factories.work import a_simulated_upstream
from tests.people import assignment, classmate, operator, outsider, owner, teacher
from tests.running import Running, processes

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]

QUEUES = ("parse", "split", "simulated")


@pytest.fixture
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as simulator:
        yield simulator


@pytest.fixture
def simulated(transactional_db: None, redis_client: redis.Redis) -> None:
    """An upstream for the simulator's calls, with leases that last seconds."""
    a_simulated_upstream(requests_per_minute=600, burst=30, max_in_flight=8, lease_seconds=3)


@pytest.fixture
def environment(
    child_environment: dict[str, str], simulator: SimulatorProcess, simulated: None, tmp_path: Path
) -> dict[str, str]:
    """Real processes that count for themselves and log as in production."""
    return {
        **child_environment,
        "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
        "SIMULATOR_URL": simulator.url,
        "LIMITER_WORKER_LEASE_SECONDS": "3",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        "LOG_FORMAT": "json",
        "METRICS_TOKEN": "only-prometheus-knows",
    }


@pytest.fixture
def site(environment: dict[str, str], tmp_path: Path) -> Iterator[Site]:
    with Site(environment, tmp_path / "web.log") as site:
        yield site


@pytest.fixture
def running(environment: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    with processes(environment, tmp_path / "running.log") as started:
        yield started
