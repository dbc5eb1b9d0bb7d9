"""Environments of their own, filled from the wheelhouse alone, in which the distribution is tried."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WHEELHOUSE = ROOT / ".wheelhouse"
FOREIGN = Path(__file__).parent / "foreign"
SECONDS = 500
SQLITE = {"ENGINE": "django.db.backends.sqlite3"}
NEEDS_WHEELS = pytest.mark.skipif(
    not (WHEELHOUSE / "filled").exists(), reason="the wheelhouse is empty: make wheelhouse fills it"
)


def run(
    *command: str | Path, cwd: Path, env: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> str:
    """Without anything of this repository on its path."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    done = subprocess.run(
        command, cwd=cwd, env=clean | dict(env or {}), text=True, timeout=seconds, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def pip(verb: str, *arguments: str | Path, cwd: Path, python: Path | None = None) -> str:
    """Ours, at work on the environment of another Python where one is given."""
    under = () if python is None else ("--python", python)
    quietly = ("--disable-pip-version-check", "--quiet", "--no-index", "--find-links", WHEELHOUSE)
    return run(sys.executable, "-m", "pip", *under, verb, *quietly, *arguments, cwd=cwd)


class Environment:
    """An empty environment of some Python, and what was built for it."""

    def __init__(self, folder: Path, python: Path = Path(sys.executable)) -> None:
        self.folder = folder
        self.python = folder / "venv" / "bin" / "python"
        run(python, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
        pip("wheel", "--no-deps", "--wheel-dir", folder / "dist", ROOT, cwd=folder)
        (self.wheel,) = (folder / "dist").glob("rqgate-*.whl")

    def install(self, *what: str) -> None:
        pip("install", "--upgrade", "--no-compile", *what, cwd=self.folder, python=self.python)

    def with_extras(self, extras: str) -> str:
        return f"rqgate[{extras}] @ {self.wheel.as_uri()}"

    def opened(self, database: Mapping[str, object], redis_url: str, **env: str) -> list[str]:
        """The pages that the foreign project opened."""
        settings = {"DATABASE": json.dumps(database), "REDIS_URL": redis_url, **env}
        return run(self.python, "forms.py", cwd=FOREIGN, env=settings).splitlines()


def must_be_every_page(pages: list[str]) -> None:
    for model in ("upstream", "pool", "plan", "flowoverride", "groupweight"):
        assert sum(page.startswith(f"/admin/limiter/{model}/") for page in pages) >= 3, (model, pages)
    for history in ("gateevent", "breakertransition"):
        assert f"/admin/limiter/{history}/" in pages
    assert "/admin/limiter/upstream/calls/control/" in pages
