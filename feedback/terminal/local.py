"""The processes that a command needs, started for its time where they do not run already."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which
from tempfile import TemporaryFile
from urllib.parse import urlsplit

import django_rq
from django.conf import settings
from rq import Worker

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 20
ALIVE = timedelta(seconds=90)  # a worker's heartbeats come more often than this


class DidNotStart(Exception):
    """A process that the work needs could not be started."""


class Child:
    """A child process, with its stderr kept in a file (a pipe could fill up)."""

    def __init__(self, command: list[str]) -> None:
        self._stderr = TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command of our own
            [*_ends_with_us(), *command],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE},
            stdout=subprocess.DEVNULL,
            stderr=self._stderr,
            start_new_session=True,  # Ctrl-C reaches us first, and we end it
        )

    def check(self) -> None:
        """Raises DidNotStart with its last words where it has ended."""
        if self._process.poll() is not None:
            self._stderr.seek(0)
            errors = self._stderr.read().decode(errors="replace").strip().splitlines()
            raise DidNotStart(
                errors[-1] if errors else f"A helping process ended ({self._process.returncode})."
            )

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stderr.close()


def _ends_with_us() -> list[str]:
    """What makes a process end when we are killed (Linux; best effort)."""
    setpriv = which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


@contextmanager
def worker_for(queues: list[str]) -> Iterator[Child | None]:
    """A worker on these queues: the running system's, or one of our own until the end."""
    if all(_is_served(queue) for queue in queues):
        yield None
    else:
        with Child([sys.executable, "-m", "django", "rqworker", *queues, "--verbosity", "0"]) as child:
            yield child


@contextmanager
def simulator_for(upstream: str) -> Iterator[None]:
    """The Bedrock simulator, where the upstream is the simulated one and none answers."""
    address = urlsplit(settings.SIMULATOR_URL)
    host, port = address.hostname or "127.0.0.1", address.port or 80
    if upstream != "simulated" or _answers(host, port):
        yield
        return
    with Child([sys.executable, "-m", "feedback.development.simulator", "--port", str(port)]) as simulator:
        deadline = time.monotonic() + 30
        while not _answers(host, port):
            simulator.check()
            if time.monotonic() > deadline:
                raise DidNotStart("The Bedrock simulator did not start.")
            time.sleep(0.1)
        yield


def _is_served(queue: str) -> bool:
    connection = django_rq.get_connection(queue)
    now = datetime.now(UTC)
    workers = Worker.all(queue=django_rq.get_queue(queue, connection=connection))
    return any(worker.last_heartbeat and now - worker.last_heartbeat < ALIVE for worker in workers)


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
