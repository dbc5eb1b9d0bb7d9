"""A campus of hosts: two of web processes behind nginx, two of workers, a pooler, three of stores."""

from __future__ import annotations

import http.client
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis

from config.embedded import Layout
from config.embedded.redis import binary
from feedback.development.simulator.serving.hosting import SimulatorProcess
from tests.integration.deploy.nginx import Nginx
from tests.matrix.loop import Loop
from tests.matrix.network_faults import PGBOUNCER
from tests.matrix.provider_log import ProviderLog
from tests.matrix.servers import PostgresServer, write_pooler
from tests.matrix.stage import CALLS, MANAGE, PATIENCE, QUEUES, ROOT, SETTINGS, run_python
from tests.running import wait_until

from .network import Host, Network

WEBS, WORKERS = ("web1", "web2"), ("work1", "work2")
STORES = ("store1", "store2", "store3")
PRIMARY = "marginalia"  # by which Sentinels know it
WEB_PORT, REDIS_PORT, SENTINEL_PORT, POOLER_PORT = 8000, 6379, 26379, 6432


class Campus:
    """A context manager. Programs are named HOST or HOST:PROGRAM, and die with it."""

    def __init__(
        self,
        *,
        students: int = 8,
        webs: tuple[str, ...] = WEBS,
        workers: tuple[str, ...] = WORKERS,
        profile: str = "campus",
    ) -> None:
        self._students, self._profile = students, profile
        self.webs, self.workers = webs, workers
        self._programs: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._build(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            sys.stderr.write(self.log.read_text(errors="replace")[-8000:])
        self._stack.close()

    # Building ------------------------------------------------------------------------------------

    def _build(self, stack: ExitStack) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="marginalia-hosts-"))
        self.folder.chmod(0o711)
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.log = self.folder / "programs.log"
        network = stack.enter_context(Network())
        names = ("edge", *self.webs, *self.workers, "pooler", *STORES)
        self.host = {name: network.add(name) for name in names}
        self.simulator = stack.enter_context(SimulatorProcess(**CALLS))
        self.provider = ProviderLog(stack.enter_context(Loop()), self.simulator.url, host=network.here)
        self.postgres = PostgresServer(Layout(self.folder))
        stack.callback(self.postgres.stop)
        self.postgres.start()
        stack.callback(self._end_all)
        self._start_pooler()
        for name in STORES:
            self._start_store(name)
        self.python("manage.py", "migrate", "--verbosity", "0")
        self.people = json.loads(self.python("-m", "tests.matrix.people", "prepare", str(self._students)))
        for name in self.webs:
            self.start_web(name)
        for name in self.workers:
            self.start(f"{name}:housekeeper", *MANAGE, "housekeeper")
            self.start_worker(name)
        edge = self.host["edge"]
        (self.folder / "nginx").mkdir()
        servers = [f"{self.host[name].address}:{WEB_PORT}" for name in self.webs]
        self.nginx = stack.enter_context(
            Nginx(self.folder / "nginx", servers, address=edge.address, within=edge.runs())
        )

    def _start_pooler(self) -> None:
        """PgBouncer in transaction mode; PostgreSQL's socket is a file, which every host reaches."""
        host, folder = self.host["pooler"], self.folder / "pooler"
        folder.mkdir()
        account = pwd.getpwuid(self.postgres.socket.stat().st_uid)  # PgBouncer refuses to be root
        os.chown(folder, account.pw_uid, account.pw_gid)
        database = f"host={self.postgres.socket.parent} port=5432"
        file = write_pooler(folder, database, address=host.address, port=POOLER_PORT, connections=30)
        as_account = ("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")
        self.start("pooler", *as_account, str(PGBOUNCER), str(file))

    def _start_store(self, name: str) -> None:
        """A Valkey and its Sentinel; the first store leads to begin with."""
        folder, first, host = self.folder / name, self.host[STORES[0]], self.host[name]
        folder.mkdir()
        open_to_all = ("--bind", host.address, "--protected-mode", "no", "--dir", str(folder))
        follows = () if name == STORES[0] else ("--replicaof", first.address, str(REDIS_PORT))
        self.start(
            f"{name}:redis", str(binary()), "--port", str(REDIS_PORT), "--appendonly", "yes", "--save", "",
            "--repl-diskless-sync-delay", "0", *open_to_all, *follows,
        )  # fmt: skip
        self.wait_until(lambda: self.redis_of(host).ping() is True, f"the Valkey of {name} answers")
        (folder / "sentinel.conf").write_text(
            f"port {SENTINEL_PORT}\nbind {host.address}\nprotected-mode no\ndir {folder}\n"
            f"sentinel monitor {PRIMARY} {first.address} {REDIS_PORT} 2\n"
            f"sentinel down-after-milliseconds {PRIMARY} 3000\nsentinel failover-timeout {PRIMARY} 15000\n",
            encoding="utf-8",
        )
        self.start(f"{name}:sentinel", str(binary()), str(folder / "sentinel.conf"), "--sentinel")

    # Programs ------------------------------------------------------------------------------------

    def environment(self) -> dict[str, str]:
        """The same on every host, as /etc/marginalia/marginalia.env is."""
        sentinels = ",".join(f"{self.host[name].address}:{SENTINEL_PORT}" for name in STORES)
        return {
            **os.environ,
            **SETTINGS,
            "PROFILE": self._profile,
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": f"postgres://marginalia@{self.host['pooler'].address}:{POOLER_PORT}/marginalia",
            "REDIS_URL": f"redis-sentinel://{sentinels}/0?master={PRIMARY}",
            "SIMULATOR_URL": self.provider.url,
        }

    def start(self, name: str, *command: str, **more: str) -> None:
        """Start a program on the host before the colon."""
        with self.log.open("ab") as log:
            self._programs[name] = subprocess.Popen(
                self.host[name.partition(":")[0]].runs(*command), cwd=ROOT,
                env={**self.environment(), **more}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def start_web(self, name: str) -> None:
        """Start it, and wait until it serves: as its unit, it has ten seconds for requests when it ends."""
        address = self.host[name].address
        self.start(
            f"{name}:web", sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", address,
            "--port", str(WEB_PORT), "--no-access-log", "--log-level", "warning",
            "--timeout-graceful-shutdown", "10",
        )  # fmt: skip
        self.wait_until(lambda: self.answers(name), f"{name} serves")

    def start_worker(
        self, host: str, name: str = "worker", queues: tuple[str, ...] = QUEUES, **more: str
    ) -> None:
        self.start(f"{host}:{name}", *MANAGE, "rqworker", *queues, "--verbosity", "0", **more)

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask a program to end, and wait until it has."""
        process = self._programs.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _end_all(self) -> None:
        """Programs first, stores after them."""
        for name in reversed(list(self._programs)):
            self.stop(name)

    def python(self, *words: str) -> str:
        return run_python(self.environment(), *words)

    # Looking -------------------------------------------------------------------------------------

    def answers(self, web: str) -> bool:
        connection = http.client.HTTPConnection(self.host[web].address, WEB_PORT, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def redis_of(self, host: Host, port: int = REDIS_PORT) -> redis.Redis:
        return redis.Redis(host=host.address, port=port, socket_timeout=1, socket_connect_timeout=1)

    def primary(self) -> str | None:
        """The store that most Sentinels name; None: they do not agree, or do not answer."""
        named: list[str] = []
        for name in STORES:
            with suppress(redis.RedisError):
                asked = self.redis_of(self.host[name], SENTINEL_PORT)
                found: Any = asked.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", PRIMARY)  # type: ignore[no-untyped-call]
                named.append(found[0].decode())
        by_address = {host.address: name for name, host in self.host.items()}
        most = max(set(named), key=named.count, default="")
        return by_address.get(most) if named.count(most) > 1 else None

    def replicas(self) -> int:
        """In step with the primary."""
        leads = self.primary()
        if leads is None:
            return 0
        info: Any = self.redis_of(self.host[leads]).info("replication")
        return sum(
            info.get(f"slave{n}", {}).get("state") == "online" for n in range(int(info["connected_slaves"]))
        )

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        def does() -> bool:
            with suppress(redis.RedisError):
                return holds()
            return False

        wait_until(does, what, PATIENCE)
