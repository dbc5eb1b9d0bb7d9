"""The host of a simulator: in a thread of this process, or in a process of its own."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from feedback.development.simulator.account.settings import SimulatorSettings

from .control import SimulatorControl
from .server import Server

READY = "Bedrock simulator at "  # how the first line of the standalone process begins
_PROJECT = Path(__file__).resolve().parents[4]  # where `-m feedback.development.simulator` is found
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class Simulator(SimulatorControl):
    """A context manager: a simulator in a thread. Shares this process's lock, so not for measuring."""

    def __init__(
        self, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None, **settings: Any
    ) -> None:
        self._server = Server(SimulatorSettings.model_validate(settings), tls=tls)
        self._where = (host, port)
        self._ready: Future[str] = Future()
        self._thread = threading.Thread(target=self._run, name="bedrock-simulator", daemon=True)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # handed to the thread that waits for the start
            if not self._ready.done():
                self._ready.set_exception(error)
            raise

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._server.run(*self._where, self._ready.set_result))
        with suppress(asyncio.CancelledError):
            await self._task

    def __enter__(self) -> Self:
        self._thread.start()
        super().__init__(self._ready.result(timeout=_START_SECONDS))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(timeout=_STOP_SECONDS)


class SimulatorProcess(SimulatorControl):
    """A context manager: a simulator in a process of its own, killed at the end."""

    def __init__(self, *, port: int = 0, certificate: Path | None = None, **settings: Any) -> None:
        chosen = SimulatorSettings.model_validate(settings).model_dump_json(exclude_unset=True)
        self._command = [
            sys.executable, "-m", "feedback.development.simulator", "--port", str(port), "--settings", chosen,
        ]  # fmt: skip
        if certificate is not None:
            self._command += ["--certificate", str(certificate)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - a command of our own making
            self._command, stdout=subprocess.PIPE, text=True, cwd=_PROJECT
        )
        assert self._process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
        line = self._process.stdout.readline()
        if not line.startswith(READY):
            self._process.kill()
            raise RuntimeError(f"The simulator did not start (exit status {self._process.wait()}).")
        super().__init__(line.removeprefix(READY).strip())
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=_STOP_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()
