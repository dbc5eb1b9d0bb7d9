"""One process with its own pool of calls, and PostgreSQL: no Redis, no worker, no housekeeper."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from config.embedded import Layout
from config.supervisor.ports import free_port
from feedback.development.simulator.serving.hosting import SimulatorProcess
from tests.matrix.loop import Loop
from tests.matrix.provider_log import ProviderLog
from tests.matrix.servers import PostgresServer
from tests.matrix.stage import CALLS, PATIENCE, ROOT, SETTINGS, run_python
from tests.running import wait_until


class Solo:
    """A context manager."""

    def __init__(self, *, students: int) -> None:
        self._students = students

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder = Path(tempfile.mkdtemp(prefix="marginalia-solo-"))
            self.folder.chmod(0o711)
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.simulator = stack.enter_context(SimulatorProcess(**CALLS))
            self.provider = ProviderLog(stack.enter_context(Loop()), self.simulator.url)
            self.postgres = PostgresServer(Layout(self.folder))
            stack.callback(self.postgres.stop)
            self.postgres.start()
            self.port = free_port(0)
            self.python("manage.py", "migrate", "--verbosity", "0")
            self.people = json.loads(self.python("-m", "tests.matrix.people", "prepare", str(self._students)))
            self.start()
            stack.callback(lambda: self.stop(signal.SIGTERM))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def python(self, *words: str) -> str:
        return run_python(self._environment(), *words)

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ, **SETTINGS, "PROFILE": "solo", "VAR_DIR": str(self.folder),
            "DATABASE_URL": self.postgres.layout.database_url,
            "REDIS_URL": "unix:///nowhere/redis.sock", "SIMULATOR_URL": self.provider.url,
        }  # fmt: skip

    def start(self) -> None:
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "config.asgi:application", "--no-access-log",
                 "--log-level", "warning", "--port", str(self.port)],
                cwd=ROOT, env=self._environment(), stdout=log, stderr=log,
            )  # fmt: skip
        wait_until(self._answers, "the portal answers", PATIENCE)

    def stop(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.wait(60)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
