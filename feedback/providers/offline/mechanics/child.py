"""The child process that checks spelling and grammar: `python -m …mechanics.child FOLDER IDLE`.

There is one for each host, user and version: the file lock in FOLDER says so. It listens on a socket there,
loads the engine for its first caller, answers one after the other and ends when there was no question for a
while (IDLE seconds). It limits itself, for the engine is native code that reads what strangers wrote.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import socket
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

MEMORY = 1_500_000_000  # bytes of address space; some 300 MB of it are used
MOST_BYTES = 20_000_000  # of one question
SECONDS, SECONDS_A_WORD = 0.5, 0.0005  # of processor for one question; what is over them goes without
HANGS = 5.0  # seconds of processor in one paragraph after which the child ends itself


def main() -> None:
    """Take the lock, bind, let the parent go on, and serve."""
    folder, idle = Path(sys.argv[1]), float(sys.argv[2])
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another one serves, or is about to
    address = folder / "socket"
    address.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(address))
        listener.listen(64)
        if os.fork():
            os._exit(0)  # who started it waits for this process alone
        _limit()
        try:
            _serve(listener, idle)
        finally:
            address.unlink(missing_ok=True)


def _limit() -> None:
    warnings.simplefilter("ignore")
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)


def _serve(listener: socket.socket, idle: float) -> None:
    listener.settimeout(idle)
    while True:
        try:
            caller, _ = listener.accept()
        except TimeoutError:
            return
        with caller:
            caller.settimeout(10.0)
            try:
                _answer(caller)
            except (OSError, ValueError, KeyError):
                continue  # the caller went away, or was no caller of ours


def _answer(caller: socket.socket) -> None:
    with caller.makefile("rb") as questions:
        line = questions.readline(MOST_BYTES)
    question = json.loads(line)
    caller.sendall(json.dumps(answer(question["paragraphs"], question["language"])).encode() + b"\n")


def answer(paragraphs: Sequence[str], language: str) -> dict[str, Any]:
    """The slips of each paragraph; `whole` is False where some could not be read, or not in time."""
    budget = SECONDS + SECONDS_A_WORD * sum(len(each.split()) for each in paragraphs)
    check = _checker(language)
    slips: list[list[dict[str, Any]]] = []
    whole = True
    started = time.process_time()
    for paragraph in paragraphs:
        if time.process_time() - started > budget:
            whole = False
            break
        signal.setitimer(signal.ITIMER_PROF, HANGS)
        try:
            slips.append([asdict(slip) for slip in check(paragraph)])
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # the engine's panics are no Exceptions
            slips.append([])
            whole = False
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    return {"slips": slips, "whole": whole}


@lru_cache(maxsize=2)
def _checker(language: str) -> Any:
    from .checking import engine, english, german

    if language == "de":
        german("")
        return lambda text: list(german(text))
    linter = engine()
    list(english(linter, "This is a first sentence, which wakes the engine up."))
    return lambda text: list(english(linter, text))


if __name__ == "__main__":
    main()
