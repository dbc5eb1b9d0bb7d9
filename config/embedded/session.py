"""The embedded servers, shared among the processes of one checkout: the last one out stops them.

Every process that uses the servers holds a shared lock on one file for as long as it lives; whoever
leaves and then gets that file to itself was the last. The kernel drops the lock of a process that was
killed, so servers without an owner are simply found, used and stopped by whoever comes next.
"""

from __future__ import annotations

import atexit
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from .layout import Layout
from .postgres import EmbeddedPostgres
from .redis import EmbeddedRedis


class Server(Protocol):
    def running(self) -> int | None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Session:
    """One process's use of the servers. POSIX locks are not inherited by forked children, as wanted here."""

    def __init__(self, layout: Layout, *, postgres: bool = True, redis: bool = True) -> None:
        self.layout = layout
        self._wanted: list[Server] = []
        if postgres:
            self._wanted.append(EmbeddedPostgres(layout))
        if redis:
            self._wanted.append(EmbeddedRedis(layout))
        self._users: int | None = None
        self._pid = os.getpid()

    def attach(self) -> None:
        """Start what is wanted and not running, and keep it running until detach or the process's end."""
        self.layout.var.mkdir(parents=True, exist_ok=True)
        with self._turn():
            self._users = _open(self.layout.var / "servers.users")
            fcntl.lockf(self._users, fcntl.LOCK_SH)
            atexit.register(self.detach)
            for server in self._wanted:
                if server.running() is None:
                    server.start()

    def detach(self) -> None:
        """Leave, and stop all servers where nobody else uses them."""
        if self._users is None or os.getpid() != self._pid:
            return
        atexit.unregister(self.detach)
        users, self._users = self._users, None
        with self._turn():
            try:
                if _has_to_itself(users):
                    EmbeddedRedis(self.layout).stop()
                    EmbeddedPostgres(self.layout).stop()
            finally:
                os.close(users)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One process at a time starts, stops or counts."""
        descriptor = _open(self.layout.var / "servers.turn")
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _has_to_itself(descriptor: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
