from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
import redis
import requests
from moto.server import ThreadedMotoServer

from feedback.development.simulator.serving.hosting import SimulatorProcess
from tests.e2e.site import Site
from tests.factories.work import a_simulated_upstream
from tests.people import assignment, classmate, operator, outsider, owner, teacher
from tests.running import Running, processes

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient

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


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch, redis_client: redis.Redis) -> Iterator[CloudWatchClient]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=60)  # what an earlier test sent
    for name, value in {
        "AWS_ENDPOINT_URL_CLOUDWATCH": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("cloudwatch")
    yield client
    client.close()
    server.stop()
