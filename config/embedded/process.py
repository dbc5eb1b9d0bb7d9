"""What both servers need: to be started in the background, awaited and stopped."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil

from .errors import EmbeddedServerError

START_SECONDS = 60.0  # a crash recovery can take its time
STOP_SECONDS = 30.0
LOG_LINES_SHOWN = 5
LOOK_SECONDS = 1.0  # between looks at what no signal tells of


def spawn(command: list[str], *, log: Path) -> int:
    """Start in a session of its own, so that a Ctrl-C at the terminal does not reach it. Returns its pid."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
        redirections = [
            (os.POSIX_SPAWN_DUP2, nothing.fileno(), 0),
            (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, output.fileno(), 2),
        ]
        return os.posix_spawn(command[0], command, os.environ, file_actions=redirections, setsid=True)


def await_ready(pid: int, ready: Callable[[], bool], *, log: Path, name: str) -> None:
    """Whatever ends the waiting, a signal too, ends a server that is not ready yet."""
    deadline = time.monotonic() + START_SECONDS
    try:
        while not ready():
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                raise EmbeddedServerError(f"{name} did not start: {last_words(log)}")
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"{name} was not ready in {START_SECONDS:.0f} s: {last_words(log)}")
            time.sleep(0.02)
    except BaseException:
        stop(pid, psutil.Process.terminate)
        raise


def await_end(pids: Iterable[int], stop: int, seconds: float) -> None:
    """Sleep until one of the processes ends, the descriptor `stop` can be read, or the time is over.

    They need not be children of ours.
    """
    poll = select.poll()
    poll.register(stop, select.POLLIN)
    with ExitStack() as opened:
        for pid in pids:
            try:
                descriptor = os.pidfd_open(pid)
            except ProcessLookupError:
                return
            except (AttributeError, OSError):  # a system that does not say when: it is looked at instead
                seconds = min(seconds, LOOK_SECONDS)
                continue
            opened.callback(os.close, descriptor)
            poll.register(descriptor, select.POLLIN)
        poll.poll(1000 * seconds)


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs. A child of ours that has ended and waits to be asked is asked."""
    with suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stop(pid: int, ask: Callable[[psutil.Process], None]) -> None:
    """Ask a server to stop and wait until it has; one that does not is killed."""
    try:
        process = psutil.Process(pid)
        ask(process)
        if not _is_gone_within(STOP_SECONDS, process):
            process.kill()
            _is_gone_within(STOP_SECONDS, process)
    except psutil.NoSuchProcess:
        return


def _is_gone_within(seconds: float, process: psutil.Process) -> bool:
    """A zombie counts as gone: the process that started the server may live on without looking after it."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    with suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)
    return True


def last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return " / ".join(line.strip() for line in lines[-LOG_LINES_SHOWN:]) or f"see {log}"
