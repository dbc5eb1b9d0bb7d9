"""The web server, as a process."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError

from config.supervisor.ports import free_port
from tests.running import ROOT, wait_until


class Site:
    """A context manager: uvicorn on a free port, answering."""

    def __init__(
        self,
        environment: Mapping[str, str],
        log: Path,
        *,
        probe: str = "sign-in/",
        application: str = "config.asgi:application",
    ) -> None:
        self._environment, self._log, self._probe = environment, log, probe
        self._application = application
        self.port = free_port(0)
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Also again, on the same port, after a stop."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", self._application, "--port", str(self.port),
                 "--no-access-log", "--timeout-graceful-shutdown", "1"],
                cwd=ROOT, env=dict(self._environment), stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until(self._answers, "the web server answers")

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if error is not None:
            sys.stderr.write(self._log.read_text(errors="replace")[-20_000:])

    def _answers(self) -> bool:
        assert self.runs, self._log.read_text(errors="replace")
        with suppress(URLError):
            urllib.request.urlopen(f"{self.url}/{self._probe}").close()  # noqa: S310 - our own address
            return True
        return False

    def __truediv__(self, path: object) -> str:
        """The address of a page: site / "submit/"."""
        return f"{self.url}/{path}"


class Sites:
    """One web server for each environment, started when first asked for: a start takes seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sites: dict[frozenset[tuple[str, str]], Site] = {}

    def serving(self, environment: Mapping[str, str]) -> Site:
        """The server of this environment, started again where a test ended it."""
        key = frozenset((name, value) for name, value in environment.items() if name != "PYTEST_CURRENT_TEST")
        if key not in self._sites:
            self._sites[key] = Site(environment, self._folder / f"web-{len(self._sites)}.log")
        site = self._sites[key]
        if not site.runs:
            site.start()
        return site

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for site in self._sites.values():
            if site.runs:
                site.stop()
