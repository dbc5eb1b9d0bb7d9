"""What the programs print, with the time and a name before each line."""

from __future__ import annotations

import sys
import threading
from datetime import datetime
from typing import IO

COLOURS = (36, 33, 32, 35, 34, 31)  # ANSI, one program after another


SYSTEM = "system"  # the supervisor itself


class Output:
    """A quiet one leaves out which programs start."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.is_quiet = quiet
        self._width = len(SYSTEM)
        self._lock = threading.Lock()
        self._colours: dict[str, int] = {}

    def add(self, name: str) -> None:
        self._width = max(self._width, len(name))
        self._colours[name] = COLOURS[len(self._colours) % len(COLOURS)]

    def say(self, name: str, words: str) -> None:
        prefix = f"{datetime.now():%H:%M:%S} {name.ljust(self._width)} | "
        if sys.stdout.isatty():
            prefix = f"\033[{self._colours.get(name, 0)}m{prefix}\033[0m"
        with self._lock:
            try:
                print(prefix + words, flush=True)
            except BrokenPipeError:  # there is no reader any more
                raise
            except OSError:  # a full disk, say: what is printed is lost, and what runs goes on
                return

    def follow(self, name: str, pipe: IO[bytes]) -> None:
        """Print all lines of a pipe, in a thread beside: what a program forked may hold its end for longer
        than the program lives."""
        threading.Thread(target=self._follow, args=(name, pipe), daemon=True).start()

    def _follow(self, name: str, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                try:
                    self.say(name, line.decode("utf-8", "replace").rstrip("\r\n"))
                except OSError:  # there is no reader: the program shall not wait for one
                    continue
