"""Those that race, as processes or as threads, and how one of them is killed while it holds leases."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path
from random import Random
from typing import Protocol

from limiter.gate import Gate

from ..backend import Backend
from .contestant import Contestant
from .log import Log


class Runner(Protocol):
    def stop(self) -> None:
        """Do nothing more, from now on; what is held is held."""

    def kill(self) -> None: ...

    def go_on(self) -> None:
        """After a stop."""

    def join(self, seconds: float) -> None: ...


class ProcessRunner:
    def __init__(self, backend: Backend, folder: Path, name: str, seed: int) -> None:
        command = [sys.executable, "-m", "limiter.conformance.race.contestant", str(folder), name, str(seed)]
        path = os.pathsep.join(filter(None, sys.path))
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
        )
        assert self._process.stdin is not None
        with self._process.stdin as given:
            given.write(pickle.dumps(backend.connect))

    def stop(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def join(self, seconds: float) -> None:
        assert self._process.wait(seconds) == 0, "a contestant failed"


class ThreadRunner:
    """A thread can't be killed: it ends as if it were, with what it holds, between two of its rounds."""

    def __init__(self, gate: Gate, folder: Path, name: str, seed: int) -> None:
        self._killed, self._failed = threading.Event(), False
        self._contestant = Contestant(gate, name, Log(folder), Random(seed))  # noqa: S311 - a race, no secret
        self._thread = threading.Thread(target=self._race, name=name, daemon=True)
        self._thread.start()

    def _race(self) -> None:
        self._failed = True
        self._contestant.race(self._killed.is_set)
        self._failed = False

    def stop(self) -> None:
        self._killed.set()
        self._thread.join()

    def kill(self) -> None:
        self.stop()

    def go_on(self) -> None:
        self._killed.clear()
        self._thread = threading.Thread(target=self._race, daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)
        assert not self._thread.is_alive() and not self._failed, "a contestant failed"
