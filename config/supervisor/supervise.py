"""Programs that are started again when they die, by one process and without one for each.

A program that ends by itself is started again after a pause that grows. One that never was well and keeps
dying while the stores answer brings everything down: its configuration is wrong, and a system without it
would only seem to work. A store that is away ends nothing. On Linux no program outlives the supervisor, even
where that is killed outright.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from .child import Child
from .output import SYSTEM, Output
from .program import Program

SPARE_SECONDS = 10.0  # for a program to end after its own grace
LOOK_SECONDS = 0.5  # between looks while they stop
NET_SECONDS = 30.0  # the longest sleep while they run: signals say what happens, and what is due is known
STOPS = (signal.SIGINT, signal.SIGTERM)


class Supervisor:
    """Runs programs until one gives up or a signal comes, and then stops them all."""

    def __init__(
        self,
        *,
        stores_answer: Callable[[], bool] = lambda: True,
        grace_seconds: float = 10.0,
        quiet: bool = False,
    ) -> None:
        self._stores_answer, self._grace_seconds = stores_answer, grace_seconds
        self._output = Output(quiet=quiet)
        self._children: list[Child] = []
        self._is_asked = False

    def add(self, program: Program, environment: dict[str, str]) -> None:
        self._output.add(program.name)
        self._children.append(Child(program, environment, self._output, self._stores_answer))

    def run(self) -> int:
        """Returns the exit status: 0 after Ctrl-C or SIGTERM."""
        with _woken_by_signals(self._ask) as sleep:
            try:
                while not self._is_asked and self._status == 0:
                    for child in self._children:
                        child.look()
                    sleep(min([NET_SECONDS, *(child.rest for child in self._children)]))
            finally:
                self._stop(sleep)
        return self._status

    @property
    def _status(self) -> int:
        return next((child.gave_up for child in self._children if child.gave_up is not None), 0)

    def _ask(self, *_: object) -> None:
        self._is_asked = True

    def _stop(self, sleep: Callable[[float], None]) -> None:
        deadline = time.monotonic() + self._grace_seconds
        with suppress(OSError):  # the terminal may be what has gone
            self._output.say(SYSTEM, "Stopping ...")
        for child in self._children:
            child.signal(signal.SIGTERM)
        while any(child.runs for child in self._children) and time.monotonic() < deadline:
            sleep(LOOK_SECONDS)
        for child in self._children:
            child.signal(signal.SIGKILL)  # what is left of it, and of what it has forked


def grace_for(worker_seconds: float) -> float:
    """How long programs have to end after SIGTERM: the slowest is a worker, whose calls may end well."""
    return worker_seconds + SPARE_SECONDS


@contextmanager
def _woken_by_signals(ask: Callable[..., None]) -> Iterator[Callable[[float], None]]:
    """A sleep that any of our signals ends, a child's death among them."""
    reader, writer = os.pipe()
    for descriptor in (reader, writer):
        os.set_blocking(descriptor, False)
    handlers = {number: signal.signal(number, ask) for number in STOPS}
    handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def sleep(seconds: float) -> None:
        select.select([reader], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(reader, 4096)

    try:
        yield sleep
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)
