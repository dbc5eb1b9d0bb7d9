"""A systemd of one host for the runbooks: it runs the programs of deploy/systemd by their units.

    python -m tests.faults.systemctl start|stop|restart UNIT...

STATE names its folder, in which `enabled` lists the units of this host. A name may be a pattern, or the
target, which is all of them. What it starts outlives it, and is stopped as the unit says.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/srv/marginalia/.venv/bin/python"
TARGET = "marginalia.target"
STATE = Path(os.environ["STATE"])


def main(verb: str, *names: str) -> None:
    enabled = (STATE / "enabled").read_text().split()
    for unit in [each for each in enabled if any(is_named(each, name) for name in names)]:
        if verb in ("stop", "restart"):
            stop(unit)
        if verb in ("start", "restart"):
            start(unit)


def is_named(unit: str, name: str) -> bool:
    return name == TARGET or fnmatch.fnmatchcase(unit, name)


def start(unit: str) -> None:
    with (STATE / f"{unit}.log").open("ab") as log:
        process = subprocess.Popen(words_of(unit), cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    (STATE / f"{unit}.pid").write_text(str(process.pid))


def words_of(unit: str) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.*)$", text_of(unit), re.MULTILINE)
    line = line.replace(PYTHON, sys.executable).replace("%i", unit.partition("@")[2])
    return [part for word in shlex.split(line) for part in expanded(word)]


def expanded(word: str) -> list[str]:
    """As systemd: a variable that is a word of its own becomes several."""
    return os.environ[word[1:]].split() if word.startswith("$") else [word]


def text_of(unit: str) -> str:
    name, at, _ = unit.partition("@")
    return (ROOT / "deploy" / "systemd" / f"{name}{at}.service").read_text()


def stop(unit: str) -> None:
    pid = STATE / f"{unit}.pid"
    if not pid.exists():
        return
    seconds = re.search(r"^TimeoutStopSec=(\d+)$", text_of(unit), re.MULTILINE)
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(int(pid.read_text()))
        process.terminate()
        with suppress(psutil.TimeoutExpired):
            process.wait(float(seconds[1]) if seconds else 90.0)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    pid.unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
