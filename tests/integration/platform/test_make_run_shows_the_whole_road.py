from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.embedded import EmbeddedPostgres, EmbeddedRedis, Layout
from config.env import BASE_DIR
from config.supervisor.ports import LOCALHOST
from tests.running import wait_until

DEADLINE_SECONDS = 300.0
COMMAND = (sys.executable, "-m", "config.supervisor")
OURS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")  # the suite's, not a newcomer's


@dataclass(frozen=True)
class System:
    """A running system and what it printed."""

    process: subprocess.Popen[bytes]
    output: Path

    def wait_for_line(self, pattern: str) -> str:
        """The first group of the pattern."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (found := re.search(pattern, self.printed())) is None:
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.2)
        return found.group(1)

    def printed(self) -> str:
        return self.output.read_text(errors="replace")


def environment(var: Path, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**inherited, "VAR_DIR": str(var), "PORT": str(port)}


@contextmanager
def running(layout: Layout, port: int, output: Path) -> Iterator[System]:
    with output.open("wb") as stdout:
        process = subprocess.Popen(
            COMMAND, cwd=BASE_DIR, env=environment(layout.var, port), stdout=stdout, stderr=subprocess.STDOUT
        )
    try:
        yield System(process, output)
    finally:
        process.kill()
        process.wait()


@contextmanager
def busy_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind((LOCALHOST, 0))
        other.listen()
        yield int(other.getsockname()[1])


def pids_on(layout: Layout) -> list[int]:
    """Every process that was started on this data."""
    found = psutil.process_iter(["pid", "cmdline"])
    return [process.pid for process in found if str(layout.var) in " ".join(process.info["cmdline"] or [])]


def test_from_nothing_to_feedback_and_back_to_nothing(layout: Layout, folder: Path) -> None:
    with busy_port() as port, running(layout, port, folder / "output.txt") as system:
        replaced = system.wait_for_line(rf"Port {port} is busy: the portal takes (\d+)")
        portal = system.wait_for_line(r"Marginalia is at +(http://\S+)")
        assert portal == f"http://{LOCALHOST}:{replaced}"
        assert system.printed().count("✓") == 3  # each sample has its feedback
        with urllib.request.urlopen(f"{portal}/admin/login/", timeout=60) as page:  # noqa: S310 - http, ours
            assert page.status == 200

        supervisor = psutil.Process(system.process.pid)
        family = [supervisor, *supervisor.children(recursive=True)]
        system.process.send_signal(signal.SIGTERM)
        assert system.process.wait(DEADLINE_SECONDS) == 0
        assert psutil.wait_procs(family, timeout=DEADLINE_SECONDS)[1] == []  # no process is left
        assert (EmbeddedPostgres(layout).running(), EmbeddedRedis(layout).running()) == (None, None)


def test_a_second_one_on_the_same_data_gets_one_line(layout: Layout, folder: Path) -> None:
    with running(layout, 0, folder / "output.txt") as first:
        first.wait_for_line("(Starting Marginalia)")
        second = subprocess.run(
            COMMAND, cwd=BASE_DIR, env=environment(layout.var, 0), capture_output=True, text=True, check=False
        )
        first.process.terminate()  # in the middle of making the database
        first.process.wait(DEADLINE_SECONDS)
    wait_until(lambda: pids_on(layout) == [], "everything that it started is gone")
    pid = first.process.pid
    assert second.stderr == f"Marginalia already runs on {layout.var} (process {pid}).\n"
    assert (second.returncode, second.stdout) == (1, "")
