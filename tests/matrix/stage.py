"""The stage: web, workers and a housekeeper under the product's supervisor, on stores behind proxies."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil

from config.embedded import Layout
from config.supervisor.ports import free_port
from feedback.development.simulator.serving.hosting import SimulatorProcess

from .loop import Loop
from .provider_log import ProviderLog
from .proxies import TcpProxy
from .servers import PostgresServer, RedisServer

ROOT = Path(__file__).resolve().parents[2]
MANAGE = (sys.executable, "manage.py")
PATIENCE = 600.0
QUEUES = ("parse", "split", "summarise", "deliver", "simulated", "offline", "bedrock")
WORKERS = ("worker-1", "worker-2")
NAME = "MATRIX_NAME"  # in a program's environment
CALLS: dict[str, Any] = {"latency": {"total": {"low": 0.6, "high": 1.8}}, "frame_seconds": 0.2}

# Of every program, wherever it runs.
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "config.settings.development",
    "FEEDBACK_UPSTREAM": "simulated",
    "LIMITER_WORKER_SLOTS": "8",
    "LIMITER_WORKER_LEASE_SECONDS": "10",
    "LIMITER_WORKER_GRACE_SECONDS": "5",
    "RECONCILE_PATIENCE": "20",
    "BEDROCK_CALL_SECONDS": "15",
    "DATABASE_POOL_MAX": "6",
    "DATABASE_POOL_TIMEOUT": "10",
    "WARM_SCHEMAS": "false",
    "LOG_LEVEL": "WARNING",
    "PYTHONUNBUFFERED": "1",
}


def run_python(environment: Mapping[str, str], *words: str, check: bool = True) -> str:
    """A program of the product, to its end. Its words; where it fails, an error with its last ones."""
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} failed: {done.stderr[-2000:]}")
    return done.stdout


class Stage:
    """A context manager. Faults act on it; whatever they do, `restore` brings it back."""

    def __init__(self, *, students: int = 4, folder: Path | None = None) -> None:
        self._students = students
        self._given = folder
        self.is_given = folder is not None
        self._held_down: set[str] = set()  # stores that stay down for as long as a fault wants
        self._extra: list[subprocess.Popen[bytes]] = []
        self._over = threading.Event()
        self._starting = threading.Lock()

    def __enter__(self) -> Stage:
        with ExitStack() as stack:
            self._build(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    # Building ------------------------------------------------------------------------------------

    def _build(self, stack: ExitStack) -> None:
        self.folder = self._given or Path(tempfile.mkdtemp(prefix="marginalia-matrix-"))
        self.folder.chmod(0o711)
        if self._given is None:
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.log = self.folder / "programs.log"
        self.loop = stack.enter_context(Loop())
        self.simulator = stack.enter_context(SimulatorProcess(**CALLS))
        self.provider = ProviderLog(self.loop, self.simulator.url)
        self.redis = RedisServer(self.folder / "redis", free_port(0))
        self.redis.start()
        stack.callback(lambda: self.redis.kill())
        self.postgres = PostgresServer(Layout(self.folder))
        stack.callback(self.postgres.stop)
        self.postgres.start()
        self.web_port = free_port(0)
        names = ("web", *WORKERS, "housekeeper", "outside")
        self.redis_of = {name: TcpProxy(self.loop, ("127.0.0.1", self.redis.port)) for name in names}
        self.postgres_of = {name: TcpProxy(self.loop, self.postgres.socket) for name in names}
        self.manage("migrate", "--verbosity", "0")
        self.people = json.loads(self.python("-m", "tests.matrix.people", "prepare", str(self._students)))
        stack.callback(self.end_beside)
        stack.callback(lambda: self.stop_supervisor(signal.SIGTERM))
        self.start_supervisor()
        keeper = threading.Thread(target=self._keep_stores, daemon=True)
        keeper.start()
        stack.callback(keeper.join, PATIENCE)
        stack.callback(self._over.set)
        self.wait_until(self.web_answers, "the portal answers")
        self.wait_until(lambda: set(WORKERS) <= set(self.programs()), "the workers run")

    def environment(self, name: str, **more: str) -> dict[str, str]:
        """What a program finds: its own way to each store."""
        return {
            **os.environ,
            NAME: name,
            **SETTINGS,
            "VAR_DIR": str(self.folder),
            "METRICS_DIR": str(self.folder / "metrics"),
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"),
            "DATABASE_URL": f"postgres://marginalia@127.0.0.1:{self.postgres_of[name].port}/marginalia",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_of[name].port}/0",
            "SIMULATOR_URL": self.provider.url,
            **more,
        }

    def _commands(self) -> dict[str, tuple[str, ...]]:
        web = (sys.executable, "-m", "uvicorn", "config.asgi:application", "--no-access-log", "--port")
        worker = (*MANAGE, "rqworker", *QUEUES, "--verbosity", "0")
        return {
            "web": (*web, str(self.web_port), "--log-level", "warning", "--timeout-graceful-shutdown", "2"),
            **dict.fromkeys(WORKERS, worker),
            "housekeeper": (*MANAGE, "housekeeper"),
        }

    def start_supervisor(self) -> None:
        plan = [
            {"name": name, "command": command, "environment": self._own(name)}
            for name, command in self._commands().items()
        ]
        file = self.folder / "programs.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        with self.log.open("ab") as log:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "tests.matrix.supervised", str(file)],
                cwd=ROOT, env=self.environment("outside"), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _own(self, name: str) -> dict[str, str]:
        return {key: value for key, value in self.environment(name).items() if os.environ.get(key) != value}

    def stop_supervisor(self, number: signal.Signals) -> None:
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(number)
            try:
                self.supervisor.wait(60)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()
                self.supervisor.wait()

    # Processes -----------------------------------------------------------------------------------

    def programs(self) -> dict[str, psutil.Process]:
        """Those under the supervisor that live, by name."""
        found: dict[str, psutil.Process] = {}
        for process in self._candidates():
            with suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE:
                    found[process.environ().get(NAME, "?")] = process
        return found

    def _candidates(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        with suppress(psutil.Error):
            found += psutil.Process(self.supervisor.pid).children()
        for each in self._extra:
            with suppress(psutil.Error):
                found.append(psutil.Process(each.pid))
        return found

    def signal(self, name: str, number: signal.Signals, *, tree: bool = True) -> None:
        """To a program, and all that it forked."""
        process = self.programs().get(name)
        if process is None:
            return
        for each in [*process.children(recursive=True), process] if tree else [process]:
            with suppress(psutil.Error):
                each.send_signal(number)

    def beside(
        self,
        name: str,
        command: tuple[str, ...],
        *,
        folder: Path = ROOT,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> subprocess.Popen[bytes]:
        """One more program, beside those of the supervisor, with a way of its own to the stores."""
        for ways, target in (
            (self.redis_of, self.redis_of["outside"].target),
            (self.postgres_of, self.postgres_of["outside"].target),
        ):
            if name not in ways:
                ways[name] = TcpProxy(self.loop, target)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=self.environment(name, **more), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._extra.append(process)
        return process

    def worker_beside(
        self,
        name: str,
        *options: str,
        folder: Path = ROOT,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> subprocess.Popen[bytes]:
        command = (*MANAGE, "rqworker", *QUEUES, "--verbosity", "0", *options)
        return self.beside(name, command, folder=folder, more=more)

    def end_beside(self) -> None:
        for process in self._extra:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGCONT)
                process.terminate()
        for process in self._extra:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._extra.clear()

    # Stores --------------------------------------------------------------------------------------

    @contextmanager
    def down(self, *stores: str) -> Iterator[None]:
        """For as long as this lasts, nobody starts these stores again."""
        self._held_down.update(stores)
        try:
            yield
        finally:
            self._held_down.difference_update(stores)

    def _keep_stores(self) -> None:
        """As an operating system does: a store that died is started again."""
        while not self._over.wait(0.5):
            try:
                for store in {"redis", "postgres"} - self._held_down:
                    self.bring_back(store)
            except Exception as problem:
                sys.stderr.write(f"a store did not start: {problem}\n")
                self._over.wait(2)

    def bring_back(self, store: str) -> None:
        """Start a store that does not run, whoever else may be about to."""
        with self._starting:
            server = self.redis if store == "redis" else self.postgres
            if server.pid is None:
                server.start()

    def lead_all(self, ways: Mapping[str, TcpProxy], target: Any) -> None:
        for way in ways.values():
            way.lead_to(target)

    # Commands ------------------------------------------------------------------------------------

    def manage(self, *words: str, check: bool = True) -> str:
        return self.python("manage.py", *words, check=check)

    def python(self, *words: str, check: bool = True) -> str:
        return run_python(self.environment("outside"), *words, check=check)

    def act(self, *words: str) -> Any:
        return json.loads(self.python("-m", "tests.matrix.people", *words))

    # Waiting -------------------------------------------------------------------------------------

    def web_answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.web_port), 2):
            return True
        return False

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds:.0f} s: {what}\n{self.last_words()}")
            time.sleep(0.2)

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-6000:] if self.log.exists() else ""

    def restore(self) -> None:
        """Everything as it was before the fault, as far as a fault left anything behind."""
        self._held_down.clear()
        self.provider.endless = False
        self.simulator.change(
            outage="none",
            outage_breaks_streams=False,
            errors={},
            malformed={},
            slow_factor=1.0,
            retry_after=None,
        )
        for way in (*self.redis_of.values(), *self.postgres_of.values()):
            way.mend()
        self.end_beside()
        if self.supervisor.poll() is not None:
            self.start_supervisor()
        for name in self.programs():
            self.signal(name, signal.SIGCONT)
