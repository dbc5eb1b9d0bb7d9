"""What ends a process waits for longer than the process takes to end well: two files say so alike."""

from __future__ import annotations

import re

import pytest

from config.supervisor.supervise import grace_for
from feedback.operations import housekeeping
from limiter.rq import settings as worker
from tests.integration.deploy.test_units_and_environments import DEPLOY, read_environment

SPARE = 10  # seconds for giving back what is left, and for a slow machine
GRACE = "LIMITER_WORKER_GRACE_SECONDS"


def stop_seconds(unit: str) -> int:
    """TimeoutStopSec of a unit, after which systemd kills."""
    (found,) = re.findall(r"^TimeoutStopSec=(\d+)$", (DEPLOY / "systemd" / unit).read_text(), re.MULTILINE)
    return int(found)


@pytest.mark.parametrize("profile", ["campus", "enterprise"])
def test_systemd_waits_for_a_worker_until_its_grace_is_over(profile: str) -> None:
    environment = read_environment(DEPLOY / f"{profile}.env")
    grace = float(environment.get(GRACE, worker.grace_seconds()))
    assert stop_seconds("marginalia-worker@.service") >= grace + SPARE


def test_systemd_waits_for_a_web_server_until_its_grace_is_over() -> None:
    unit = "marginalia-web@.service"
    (grace,) = re.findall(r"--graceful-timeout (\d+)", (DEPLOY / "systemd" / unit).read_text())
    assert stop_seconds(unit) >= int(grace) + SPARE


def test_systemd_waits_for_a_housekeeper_until_its_rounds_have_ended() -> None:
    assert stop_seconds("marginalia-housekeeper.service") >= housekeeping.STOP_SECONDS + SPARE


def test_make_run_waits_for_a_worker_until_its_grace_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for grace in ("1", "30", "170"):
        monkeypatch.setenv(GRACE, grace)
        assert grace_for(worker.grace_seconds()) > float(grace)
