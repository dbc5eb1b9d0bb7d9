"""docs/runbooks: the commands of each page, as they stand there, on a running system."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.embedded.postgres import binary
from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.dispatch import job_queue
from feedback.models import Document, Feedback, Job
from tests.factories.work import a_simulated_upstream, a_student
from tests.faults.test_the_pipeline_survives import (
    all_ended,
    assert_everything_finished_once,
    hand_in,
    states,
)
from tests.running import ROOT, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.long, pytest.mark.django_db(transaction=True)]

SECONDS = 600  # for a page's commands; a bound on what hangs
QUEUES = "parse split summarise deliver simulated offline bedrock"


class Host:
    """A shell in which the commands of a page run, beside the programs of some units."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        tools, self.state = folder / "bin", folder / "state"
        for each in (tools, self.state, folder / "var"):
            each.mkdir()
        (self.state / "enabled").write_text("marginalia-worker@1 marginalia-housekeeper")
        systemctl = tools / "systemctl"
        systemctl.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.faults.systemctl "$@"\n')
        systemctl.chmod(0o755)
        self._environment = {
            **environment,
            "PATH": f"{tools}:{binary('pg_dump').parent}:{os.environ['PATH']}",
            "STATE": str(self.state), "VAR_DIR": str(folder / "var"), "BACKUP": str(folder / "backup.dump"),
            "QUEUES": QUEUES, "LOG_LEVEL": "WARNING",
        }  # fmt: skip

    def follow(self, page: str, heading: str) -> None:
        """Run a block of a page, which ends at the first command that fails."""
        text = (ROOT / "docs" / "runbooks" / f"{page}.md").read_text()
        (block,) = re.findall(rf"```sh\n# {heading}\n(.*?)```", text, re.DOTALL)
        self.run(block.replace(".venv/bin/python", sys.executable))

    def run(self, commands: str) -> None:
        done = subprocess.run(
            ["bash", "-e", "-c", commands], cwd=ROOT, env=self._environment, timeout=SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        logs = "\n".join(path.read_text()[-5000:] for path in self.state.glob("*.log"))
        assert done.returncode == 0, f"{done.stdout}\n{logs}"


@pytest.fixture
def host(
    child_environment: dict[str, str],
    redis_client: redis.Redis,
    simulator: SimulatorProcess,
    tmp_path: Path,
) -> Iterator[Host]:
    a_simulated_upstream(requests_per_minute=600, burst=30, max_in_flight=4)
    simulator.change(latency={"total": {"low": 1.0, "high": 3.0}})
    host = Host({**child_environment, "SIMULATOR_URL": simulator.url}, tmp_path)
    try:
        yield host
    finally:
        host.run("systemctl stop marginalia.target")


def test_backup(host: Host) -> None:
    kept = hand_in(a_student(), "essay.docx")
    host.follow("backup", "backup")
    later = hand_in(kept.owner, "lab-report.pdf")
    Document.objects.filter(pk=kept.pk).update(title="spoilt")
    waiting = Job.objects.get(document=kept)
    job_queue.withdraw(waiting, running=False)
    host.follow("backup", "restore")
    assert not Document.objects.filter(pk=later.pk).exists()
    assert Document.objects.get(pk=kept.pk).title == kept.title
    wait_until(all_ended, "what waited in the backup has been done")
    assert_everything_finished_once()


def test_lost_redis(host: Host, redis_client: redis.Redis) -> None:
    host.run("systemctl start marginalia.target")
    student = a_student()
    for sample in ("essay.docx", "lab-report.pdf"):
        hand_in(student, sample)
    wait_until(lambda: states()["running"] >= 2, "calls in flight")
    redis_client.flushdb()
    host.follow("lost-redis", "look")
    wait_until(all_ended, "all documents have ended")
    assert_everything_finished_once()


def test_upgrade(host: Host) -> None:
    host.run("systemctl start marginalia.target")
    student = a_student()
    for sample in ("essay.docx", "lab-report.pdf"):
        hand_in(student, sample)
    wait_until(lambda: states()["running"] >= 2 and Feedback.objects.exists(), "calls in flight, one done")
    host.follow("upgrade", "upgrade")
    wait_until(all_ended, "all documents have ended")
    assert_everything_finished_once()
