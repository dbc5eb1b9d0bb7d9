"""The web server, as a process."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError

from tests.running import ROOT, wait_until


class Site:
    """A context manager: uvicorn on a free port, answering."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = environment, log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(self.port),
                 "--no-access-log", "--timeout-graceful-shutdown", "1"],
                cwd=ROOT, env=dict(self._environment), stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until(self._answers, "the web server answers")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        if error is not None:
            sys.stderr.write(self._log.read_text(errors="replace")[-20_000:])

    def _answers(self) -> bool:
        assert self._process.poll() is None, self._log.read_text(errors="replace")
        with suppress(URLError):
            urllib.request.urlopen(f"{self.url}/sign-in/").close()  # noqa: S310 - our own address
            return True
        return False

    def __truediv__(self, path: object) -> str:
        """The address of a page: site / "submit/"."""
        return f"{self.url}/{path}"
