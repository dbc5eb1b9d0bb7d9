"""What the system of `make run` costs while it is idle: memory, and processor time in a minute.

    PYTHONPATH=. python benchmarks/idle.py                 # this folder
    git worktree add /tmp/before 768ab8b
    PYTHONPATH=. python benchmarks/idle.py /tmp/before     # and the other, before it, with the ratio

Each side is started as `make run` starts it, in a folder and on ports of its own, hands in its samples, and
is left alone for a while. Memory is the proportional set size (PSS) of all processes: what several of them
share counts once. The two sides run one after the other, as they would share pages otherwise; other programs
of the same environment do, so the machine should have no other work. Linux only.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.supervisor.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
AIM_MEGABYTES, AIM_SECONDS = 350.0, 0.6
START_SECONDS = 600.0  # for the samples to come back, on a busy machine
STORES = ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "LOG_LEVEL", "PYTHONPATH", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one side takes."""

    processes: int
    megabytes: float
    seconds: float  # of a processor, in a minute


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path, nargs="?", help="a folder with another commit")
    parser.add_argument("--quiet", type=float, default=60.0, help="seconds before the measurement")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the measurement")
    parser.add_argument("--each", action="store_true", help="a line for each process")
    options = parser.parse_args()
    sides = {"before": options.before.resolve()} if options.before else {}
    costs = {}
    for name, folder in {**sides, "now": ROOT}.items():
        with running(folder) as supervisor:
            time.sleep(options.quiet)
            costs[name] = cost_of(supervisor, options.seconds, options.each)
        one = costs[name]
        print(
            f"{name:7} {one.processes:3} processes  {one.megabytes:6.0f} MB  {one.seconds:5.2f} s a minute",
            flush=True,
        )
    if options.before:
        before, now = costs["before"], costs["now"]
        memory, processor = now.megabytes / before.megabytes, now.seconds / max(before.seconds, 0.01)
        print(f"{'ratio':7} {'':13}  {memory:6.2f}     {processor:5.2f}")
    print(f"{'aim':7} {'':13}  {AIM_MEGABYTES:6.0f} MB  {AIM_SECONDS:5.2f} s a minute")
    return int(costs["now"].megabytes > AIM_MEGABYTES or costs["now"].seconds > AIM_SECONDS)


@contextmanager
def running(folder: Path) -> Iterator[psutil.Process]:
    """The system of a folder, once its samples have their feedback."""
    with tempfile.TemporaryDirectory() as var:
        Path(var).chmod(0o711)  # the servers may run under another account than root's
        log = Path(var) / "output"
        environment = {name: value for name, value in os.environ.items() if name not in STORES}
        environment |= {"VAR_DIR": var, "PORT": str(free_port(0)), "SIMULATOR_PORT": str(free_port(0))}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "config.supervisor"],
                cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            try:
                await_samples(process, log)
                yield psutil.Process(process.pid)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait()


def await_samples(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "Ctrl-C stops everything" not in (text := log.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"the system did not start:\n{text[-5000:]}")
        time.sleep(1.0)


def cost_of(supervisor: psutil.Process, seconds: float, each: bool) -> Cost:
    before, began = processor_seconds(supervisor), time.monotonic()
    time.sleep(seconds)
    after, minutes = processor_seconds(supervisor), (time.monotonic() - began) / 60
    memory = {process: pss(process) for process in everything(supervisor)}
    if each:
        for process, size in sorted(memory.items(), key=lambda item: -item[1]):
            spent = (after.get(process, 0.0) - before.get(process, 0.0)) / minutes
            print(f"  {process.pid:7} {size / 1e6:6.1f} MB {spent:6.2f} s  {name_of(process)}")
    spent = sum(after.values()) - sum(before.values())
    return Cost(len(memory), sum(memory.values()) / 1e6, spent / minutes)


def everything(supervisor: psutil.Process) -> list[psutil.Process]:
    return [supervisor, *supervisor.children(recursive=True)]


def processor_seconds(supervisor: psutil.Process) -> dict[psutil.Process, float]:
    """Of each process, and of its children that have ended."""
    found = {}
    for process in everything(supervisor):
        with suppress(psutil.Error):
            found[process] = sum(process.cpu_times()[:4])
    return found


def pss(process: psutil.Process) -> int:
    """Bytes; 0 of a process that has ended."""
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def name_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[-110:] or process.name()
    except psutil.Error:
        return "ended"


if __name__ == "__main__":
    sys.exit(main())
