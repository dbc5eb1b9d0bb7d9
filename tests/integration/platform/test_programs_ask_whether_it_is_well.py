"""/healthz and /readyz: what a balancer and Prometheus ask by an address that is no name of the site."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from django.db import connection
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db
BY_ADDRESS = {"host": "10.0.0.7:8000"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_are_answered_whatever_name_this_host_is_called_by(
    client: Client, settings: Settings, redis_client: redis.Redis, path: str
) -> None:
    settings.METRICS_OPEN = True
    assert client.get(path, headers=BY_ADDRESS).status_code == 200
    assert client.get("/sign-in/", headers=BY_ADDRESS).status_code == 400


def test_one_that_can_serve_is_ready(client: Client, redis_client: redis.Redis) -> None:
    assert client.get("/readyz").json() == {"ready": True, "problems": {}}


def test_without_redis_it_serves_and_says_what_is_missing(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["problems"] == {"redis": "ConnectionError"}


def test_without_postgres_it_is_not_ready_and_yet_lives(
    client: Client, monkeypatch: pytest.MonkeyPatch, redis_client: redis.Redis
) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, {"postgres": "OperationalError"})
    assert client.get("/healthz").status_code == 200


def test_in_maintenance_it_is_not_ready(
    client: Client, settings: Settings, redis_client: redis.Redis, tmp_path: Path
) -> None:
    settings.MAINTENANCE_FILE = tmp_path / "maintenance"
    settings.MAINTENANCE_FILE.touch()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, {"maintenance": "planned"})
