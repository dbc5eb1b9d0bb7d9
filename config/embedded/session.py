"""The embedded servers, shared among the processes of one checkout: the last one out stops them.

Every process that uses the servers holds a shared lock on one file for as long as it lives; a process that
leaves and then gets that file to itself was the last. The kernel drops the lock of a process that was
killed, so servers without an owner are simply found, used and stopped by the next process.

Each also watches the servers: a server that died is started again, by whichever process gets its turn first.
"""

from __future__ import annotations

import atexit
import fcntl
import logging
import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psutil

from .layout import Layout
from .postgres import EmbeddedPostgres
from .process import LOOK_SECONDS, await_end, is_alive
from .redis import EmbeddedRedis

logger = logging.getLogger(__name__)

NET_SECONDS = 60.0  # between looks while all run: the kernel says when one ends


class Server(Protocol):
    @property
    def name(self) -> str: ...

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
        self._processes: dict[str, psutil.Process] = {}
        self._users: int | None = None
        self._pid = os.getpid()
        self._one_thread = threading.Lock()  # a process's locks are all its threads'
        self._watcher: int | None = None  # where it is asked to stop: the writing end of its pipe

    def attach(self) -> None:
        """Start what is wanted and not running, and keep it running until detach or the process's end."""
        self.layout.var.mkdir(parents=True, exist_ok=True)
        with self._turn():
            self._users = _open(self.layout.var / "servers.users")
            fcntl.lockf(self._users, fcntl.LOCK_SH)
            atexit.register(self.detach)
            for server in self._wanted:
                self._ensure(server)

    def watch(self) -> None:
        """Start again, from now on, what dies; in a thread beside."""
        asked, self._watcher = os.pipe()
        threading.Thread(target=self._watch, args=(asked,), name="embedded servers", daemon=True).start()

    def heal(self) -> None:
        """Start what has died. A server that only does not answer lives: nothing is done to it."""
        for server in self._wanted:
            process = self._processes.get(server.name)
            if process is not None and is_alive(process):
                continue
            with self._turn():
                if self._users is not None:
                    self._ensure(server)

    def _watch(self, asked: int) -> None:
        poll = select.poll()
        poll.register(asked, select.POLLHUP)
        while not poll.poll(0):
            try:
                self.heal()
            except Exception as problem:  # a full disk, say: it is tried again
                logger.error("%s", problem)
            running = [process.pid for process in self._processes.values()]
            await_end(running, asked, NET_SECONDS if len(running) == len(self._wanted) else LOOK_SECONDS)
        os.close(asked)

    def _ensure(self, server: Server) -> None:
        """Another process may have been quicker."""
        was_here = self._processes.pop(server.name, None) is not None
        if server.running() is None:
            if was_here:
                logger.warning("%s has ended: it is started again", server.name)
            server.start()
        if (pid := server.running()) is not None:
            self._processes[server.name] = psutil.Process(pid)

    def detach(self) -> None:
        """Leave, and stop all servers where no other process uses them."""
        if self._users is None or os.getpid() != self._pid:
            return
        atexit.unregister(self.detach)
        if self._watcher is not None:
            os.close(self._watcher)
            self._watcher = None
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
        with self._one_thread:
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
