"""The system as real processes: workers, the reconciler and the simulator, which tests may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 90  # seconds; a bound on what hangs, not an expectation


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Sleep until the condition holds; fails with `what` where it does not within the bound."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def wait_until_gone(*pids: int) -> None:
    """Sleep until none of these processes runs; one that only waits to be reaped is gone."""
    wait_until(lambda: not any(_runs(pid) for pid in pids), f"the processes {pids} are gone")


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Running:
    """Processes of one test, in one environment; the log of all of them is shown where a test fails."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = dict(environment)
        self._log = log.open("ab")
        self._processes: list[subprocess.Popen[bytes]] = []

    def command(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a management command."""
        process = subprocess.Popen(
            [sys.executable, "-m", "django", *words],
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    def worker(self, *queues: str) -> subprocess.Popen[bytes]:
        return self.command("rqworker", *queues)

    def kill(self, *processes: subprocess.Popen[bytes]) -> None:
        """SIGKILL, with all that they started: none can clean up."""
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                self.kill(process)
        self._log.close()


@contextmanager
def processes(environment: Mapping[str, str], log: Path) -> Iterator[Running]:
    running = Running(environment, log)
    try:
        yield running
    except BaseException:
        sys.stderr.write(log.read_text(errors="replace")[-20_000:])
        raise
    finally:
        running.stop()
