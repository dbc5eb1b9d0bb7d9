"""How many instructions Redis needs for a decision: the same in every run, however busy the machine is.

    python benchmarks/_instructions.py [--jobs 2000] [--calls 50] [--keep FOLDER]

Needs valgrind. Counted is what the server does within EVALSHA and FCALL, which is what commandstats times.
With --keep the profiles stay. One at a time: callgrind_control speaks to all that run.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from _line import YARDSTICK, YARDSTICK_GIVEN, Line, admit_into, server, settle_next

from limiter.gate import Lease
from limiter.gate.redis import RedisGate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2_000, help="jobs waiting")
    parser.add_argument("--calls", type=int, default=50, help="of each kind that are counted")
    parser.add_argument("--keep", type=Path, help="where profiles are left")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not installed")
    with tempfile.TemporaryDirectory() as folder:
        kept = options.keep or Path(folder)
        kept.mkdir(exist_ok=True)
        counter = Counter(kept)
        with server(under=counter.command) as client:
            bare = client.script_load("return 1")
            counter.report("a bare EVALSHA", options.calls, lambda: client.evalsha(bare, 0))
            yardstick = client.script_load(YARDSTICK)
            counter.report(
                "the yardstick", options.calls, lambda: client.evalsha(yardstick, 0, *YARDSTICK_GIVEN)
            )
            for everything in (False, True):
                line = Line(client, options.jobs, everything=everything)
                measure(counter, line.gate, options.calls, "everything on: " if everything else "")


def measure(counter: Counter, gate: RedisGate, calls: int, named: str) -> None:
    leases: list[Lease] = []
    counter.report(f"{named}admit k=1", calls, partial(admit_into, gate, 1, leases))
    counter.report(f"{named}admit k=16", calls, partial(admit_into, gate, 16, leases), 16)
    counter.report(f"{named}settle", calls, partial(settle_next, gate, leases))
    counter.report(f"{named}settle 16 together", calls // 2, partial(settle_next, gate, leases, 16), 16)


class Counter:
    """Callgrind, which counts within the functions that run scripts and functions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._dumps = 0
        self.command = (
            "valgrind",
            "--tool=callgrind",
            "--toggle-collect=evalShaCommand",
            "--toggle-collect=fcallCommand",
            f"--callgrind-out-file={folder}/profile",
        )

    def report(self, name: str, calls: int, call: Callable[[], object], jobs: int = 1) -> None:
        call()  # loads the script or the library
        self._control("--zero")
        for _ in range(calls):
            call()
        self._control(f"--dump={name}")
        self._dumps += 1
        profile = next(self._folder.glob(f"profile*.{self._dumps}"))
        total = re.search(r"^(?:summary|totals): (\d+)", profile.read_text(), re.MULTILINE)
        assert total, profile
        print(f"{name:30} {int(total[1]) / calls / jobs:10,.0f}", flush=True)

    def _control(self, what: str) -> None:
        subprocess.run(["callgrind_control", what], check=True, capture_output=True)  # noqa: S607  on the PATH as valgrind is


if __name__ == "__main__":
    main()
