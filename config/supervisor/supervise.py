"""Honcho's manager, with children that are started again when they die.

A child that ends by itself is started again after a pause that doubles. One that keeps dying brings
everything down, since a system without it would only seem to work. On Linux no child outlives the
supervisor, even where that is killed outright.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import shlex
import signal
import sys
import time
from typing import Any

import honcho.manager
from honcho.process import Process

from config.embedded.privileges import command_as

from .programs import Program

HEALTHY_SECONDS = 30.0  # whoever lived for this long starts afresh
PAUSE_SECONDS = 1.0  # before the first restart; doubles
TRIES = 5  # deaths in a row that bring everything down
GRACE_SECONDS = 20  # for children to end after SIGTERM
PR_SET_PDEATHSIG = 1  # prctl(2)

# honcho takes the default, which is another one on macOS, and on Linux from Python 3.14 on: its processes
# would wait for a `_stopping` of their own.
multiprocessing.set_start_method("fork", force=True)
_stopping = multiprocessing.Event()


class Supervisor(honcho.manager.Manager):  # type: ignore[misc] # honcho has no types
    """Runs programs until one gives up or a signal comes, and then stops them all.

    A quiet one leaves out which of them start, are told to stop, and stop.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        super().__init__()
        self._quiet = quiet

    def add(self, program: Program, environment: dict[str, str]) -> None:
        self._process_ctor = Once if program.once else Restarting
        command = "exec " + shlex.join(command_as(None, program.command, dies_with_us=True))
        self.add_process(program.name, command, env=environment)

    def run(self) -> int:
        """Returns the exit status: 0 after Ctrl-C or SIGTERM."""
        honcho.manager.KILL_WAIT = GRACE_SECONDS
        self.loop()
        asked = {entry["rc"] for entry in honcho.manager.SIGNALS.values()}
        return 0 if self.returncode in asked else int(self.returncode or 1)

    def terminate(self) -> None:
        if self._quiet and not _stopping.is_set():
            super()._system_print("Stopping ...\n")
        _stopping.set()
        super().terminate()

    def _system_print(self, data: str) -> None:
        if not self._quiet:
            super()._system_print(data)


class Restarting(Process):  # type: ignore[misc] # honcho has no types
    """Runs in a process of its own that reads the child's output."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        _die_with_parent()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)  # unlike SIG_IGN, not inherited by the child
        self._events = events
        self._send_message({"returncode": self._keep_running()}, type="stop")

    def _keep_running(self) -> int:
        """The exit status of the last run."""
        deaths = 0
        while True:
            started = time.monotonic()
            status = self._run_once()
            if _stopping.is_set():
                return status
            deaths = deaths + 1 if time.monotonic() - started < HEALTHY_SECONDS else 1
            if deaths >= TRIES:
                self._say(f"ended {deaths} times in a row ({_ending(status)}): stopping everything")
                return status or 1
            pause = PAUSE_SECONDS * 2 ** (deaths - 1)
            self._say(f"ended ({_ending(status)}): starting it again in {pause:.0f} s")
            if _stopping.wait(pause):
                return status

    def _run_once(self) -> int:
        child = self._child_ctor(self.cmd, env=self.env, cwd=self.cwd)
        self._send_message({"pid": child.pid}, type="start")
        if _stopping.is_set():  # the manager's signal went to the one before
            child.terminate()
        for line in iter(child.stdout.readline, b""):
            self._send_message(line)
        child.stdout.close()
        return int(child.wait())

    def _say(self, words: str) -> None:
        self._send_message(f"{self.name} {words}\n")


class Once(Restarting):
    """Stays quietly in the list after its one run, because honcho takes any end for everybody's."""

    def _keep_running(self) -> int:
        status = self._run_once()
        if status != 0 and not _stopping.is_set():
            self._say(f"ended ({_ending(status)})")
        _stopping.wait()
        return status


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _ending(status: int) -> str:
    return f"status {status}" if status >= 0 else signal.Signals(-status).name
