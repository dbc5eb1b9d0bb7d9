"""Locust, found and run as a program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from .accounts import Class

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = ROOT / "deploy" / "loadtest" / "locustfile.py"
FAILED_REQUESTS = 1  # Locust's exit status where requests failed, which the report tells
STOP_SECONDS = 10


class NotRun(Exception):
    """Locust is not there, or did not end well."""


@dataclass(frozen=True, slots=True)
class Plan:
    users: int
    host: str
    seconds: int
    spawn_rate: float  # students that come in a second


def program() -> str:
    """Where Locust is: in the environment that `make loadtest-tools` makes, beside ours, or on the path."""
    places = (ROOT / ".venv-loadtest" / "bin", Path(sys.executable).parent)
    found = [str(place / "locust") for place in places if (place / "locust").exists()]
    named = found[0] if found else shutil.which("locust")
    if named is None:
        raise NotRun("Locust is not installed here: run `make loadtest-tools`.")
    return named


def run(plan: Plan, people: Class, report: Path) -> Path:
    """Let them come. Writes `report`.html and `report`.json, and returns the latter. Raises NotRun."""
    report.parent.mkdir(parents=True, exist_ok=True)
    data = report.with_suffix(".json")
    with _known(people) as known:
        done = subprocess.run(  # noqa: S603 - a fixed program with our own words
            [
                program(), "--headless", "--only-summary", "--loglevel", "WARNING",
                "--locustfile", str(SCENARIOS), "--host", plan.host,
                "--users", str(plan.users), "--spawn-rate", f"{plan.spawn_rate:g}",
                "--run-time", f"{plan.seconds}s", "--stop-timeout", str(STOP_SECONDS),
                "--html", str(report.with_suffix(".html")), "--json-file", str(report),
            ],
            env={**os.environ, "LOADTEST_ACCOUNTS": str(known)},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    if done.returncode not in (0, FAILED_REQUESTS) or not data.exists():
        errors = done.stderr.strip().splitlines()
        raise NotRun(
            f"Locust ended with status {done.returncode}: {errors[-1] if errors else 'without a word'}"
        )
    return data


@contextmanager
def _known(people: Class) -> Iterator[Path]:
    """Sessions and password in a file that only we can read, for as long as they are needed."""
    results = {
        "accounts": [asdict(account) for account in people.accounts],
        "password": people.password,
        "session_cookie": settings.SESSION_COOKIE_NAME,
    }
    with tempfile.TemporaryDirectory() as folder:  # made for its owner alone
        path = Path(folder) / "accounts.json"
        path.write_text(json.dumps(results), encoding="utf-8")
        yield path
