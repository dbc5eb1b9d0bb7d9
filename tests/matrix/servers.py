"""The stores: a Redis of our own, which can be started in many ways, and the embedded PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded import EmbeddedPostgres, Layout
from config.embedded.redis import binary
from config.supervisor.ports import free_port

PATIENCE = 120.0


class RedisServer:
    """A Valkey on a port of 127.0.0.1. Its data outlive it, unless they are thrown away."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(
        self, options: Sequence[str] = (), *, environment: Mapping[str, str] | None = None, wait: bool = True
    ) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(binary()), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--appendonly", "yes", "--save", "", "--databases", "16", "--enable-debug-command", "yes"]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options],
                env={**os.environ, **(environment or {})},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(redis.RedisError), self.client() as client:
                if client.ping():
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the Redis on port {self.port} did not start: see {self.folder}/server.log")

    def client(self, seconds: float = 5.0) -> redis.Redis:
        return redis.Redis(
            port=self.port,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
        )

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(number)
            self._process.wait(PATIENCE)
        self._process = None

    def forget(self) -> None:
        """Throw away what it has written."""
        for each in self.folder.glob("*"):
            if each.name != "server.log":
                shutil.rmtree(each) if each.is_dir() else each.unlink()


class PostgresServer:
    """The embedded one, with few connections, killed and started at will."""

    CONNECTIONS = 60

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        # What was committed outlives the server's death, as with the shipped settings; the machine's own,
        # which no fault brings about, it need not.
        settings = {"max_connections": str(self.CONNECTIONS), "fsync": "off"}
        self._server = EmbeddedPostgres(layout, settings, dies_with_us=True)

    @property
    def socket(self) -> Path:
        return self.layout.sockets / ".s.PGSQL.5432"

    @property
    def pid(self) -> int | None:
        return self._server.running()

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
            with suppress(psutil.Error):
                psutil.Process(pid).wait(PATIENCE)

    def connect(self, **options: int) -> psycopg.Connection[tuple[object, ...]]:
        """A connection past all proxies."""
        return psycopg.connect(
            host=str(self.layout.sockets), user="marginalia", dbname="marginalia", autocommit=True,
            connect_timeout=options.get("seconds", 10),
        )  # fmt: skip


def write_pooler(folder: Path, database: str, *, address: str, port: int, connections: int) -> Path:
    """PgBouncer's settings in transaction mode before a database: `host=… port=…`. Returns their file."""
    users, file = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text('"marginalia" ""\n', encoding="utf-8")
    file.write_text(
        f"[databases]\nmarginalia = {database}\n[pgbouncer]\nlisten_addr = {address}\nlisten_port = {port}\n"
        f"unix_socket_dir =\nauth_type = trust\nauth_file = {users}\npool_mode = transaction\n"
        f"default_pool_size = {connections}\nmax_client_conn = 300\n"
        "ignore_startup_parameters = extra_float_digits,options\n",
        encoding="utf-8",
    )
    return file


class Sentinel:
    """A context manager: a Sentinel that watches one primary and puts a replica in its place."""

    def __init__(self, folder: Path, name: str, primary: int) -> None:
        self.port, self._folder, self._name, self._primary = free_port(0), folder, name, primary

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        name, file = self._name, self._folder / "sentinel.conf"
        lines = [
            f"port {self.port}", f"dir {self._folder}",
            f"sentinel monitor {name} 127.0.0.1 {self._primary} 1",
            f"sentinel down-after-milliseconds {name} 2000", f"sentinel failover-timeout {name} 10000",
        ]  # fmt: skip
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with (self._folder / "sentinel.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(binary()), str(file), "--sentinel"], stdout=log, stderr=log, start_new_session=True
            )
        self._asked = redis.Redis(port=self.port, socket_timeout=5)
        return self

    def __exit__(self, *_: object) -> None:
        self._asked.close()
        self._process.terminate()
        self._process.wait(30)

    @property
    def primary(self) -> int | None:
        """The port of the one that leads now. None: it does not answer."""
        with suppress(redis.RedisError):
            found: Any = self._asked.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._name)  # type: ignore[no-untyped-call]
            return int(found[1]) if found else None
        return None

    def knows_a_replica(self) -> bool:
        """It asks the primary for them every ten seconds."""
        with suppress(redis.RedisError):
            return bool(self._asked.execute_command("SENTINEL", "REPLICAS", self._name))  # type: ignore[no-untyped-call]
        return False

    def fail_over(self) -> bool:
        """Have it promote a replica now. False: it refuses as yet."""
        with suppress(redis.RedisError):
            return bool(self._asked.execute_command("SENTINEL", "FAILOVER", self._name))  # type: ignore[no-untyped-call]
        return False
