"""One program under the supervisor: started, looked at, started again, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

from config.embedded.privileges import command_as

from .output import SYSTEM, Output
from .program import Program

HEALTHY_SECONDS = 30.0  # whatever lived for this long starts afresh
PAUSE_SECONDS = 1.0  # before the first restart; doubles
LONGEST_PAUSE = 30.0
TRIES = 5  # deaths in a row that bring everything down, of a program that never was well


class Child:
    """Its life is its process's own, and not its output's, which a process that it forked may hold open."""

    def __init__(
        self, program: Program, environment: dict[str, str], output: Output, stores_answer: Callable[[], bool]
    ) -> None:
        self.program, self._environment, self._output = program, environment, output
        self._stores_answer = stores_answer
        self._process: subprocess.Popen[bytes] | None = None
        self._began = self._next_start = 0.0
        self._deaths = 0
        self._was_well = False
        self.gave_up: int | None = None  # the status with which it brings everything down

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def rest(self) -> float:
        """Seconds until it is due to be started; of what runs, the end is known by its signal."""
        return float("inf") if self._process is not None else max(0.0, self._next_start - time.monotonic())

    def look(self) -> None:
        """Start it where it is due, and notice where it has ended."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._next_start:
                self._start_or_say()
        elif (status := self._process.poll()) is not None:
            self.signal(signal.SIGTERM)  # what it has forked and left behind
            self._process = None
            self._has_ended(status, now - self._began)

    def signal(self, number: signal.Signals) -> None:
        """To all of its processes, also where the first of them is gone."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def _start_or_say(self) -> None:
        try:
            self._start()
        except OSError as error:  # no room for another process
            self._say(f"could not be started: {error}")
            self._next_start = time.monotonic() + LONGEST_PAUSE

    def _start(self) -> None:
        self._began = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - our own commands
            command_as(None, self.program.command, dies_with_us=True),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if not self._output.is_quiet:
            self._output.say(SYSTEM, f"{self.program.name} started (pid={self._process.pid})")
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        self._output.follow(self.program.name, self._process.stdout)

    def _has_ended(self, status: int, lived: float) -> None:
        if self.program.once:
            self._next_start = float("inf")
            if status != 0:
                self._say(f"ended ({_ending(status)})")
            return
        if lived >= HEALTHY_SECONDS:
            self._was_well, self._deaths = True, 0
        self._deaths += 1
        if self._deaths >= TRIES and not self._was_well and self._stores_answer():
            self._say(f"ended {self._deaths} times in a row ({_ending(status)}): stopping everything")
            self.gave_up = status or 1
            return
        pause = min(PAUSE_SECONDS * 2 ** min(self._deaths - 1, 10), LONGEST_PAUSE)
        self._say(f"ended ({_ending(status)}): starting it again in {pause:.0f} s")
        self._next_start = time.monotonic() + pause

    def _say(self, words: str) -> None:
        self._output.say(self.program.name, f"{self.program.name} {words}")


def _ending(status: int) -> str:
    return f"status {status}" if status >= 0 else signal.Signals(-status).name
