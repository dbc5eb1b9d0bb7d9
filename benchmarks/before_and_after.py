"""What a decision costs in the server, beside what it cost at another commit, on the same Valkey.

    git worktree add /tmp/before 768ab8b
    python benchmarks/before_and_after.py /tmp/before [--rounds 40] [--url redis://...]

Both sides take turns, round by round, each in a process of its own on its own database: the one runs
scripts by EVALSHA, the other calls functions by FCALL. Times are microseconds that the server's main thread
was on a processor, by job, of the quietest round: what else the machine does counts little. They hold all
that a call takes in the server, reading and answering as well.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _line import server

if TYPE_CHECKING:
    import redis

HERE = Path(__file__).parent
JOBS = 2_000
CALLS = {1: 40, 16: 8}  # in a round, of a kind with so many jobs
AIM = 1.5  # 1.35 without names for what is stored
KINDS = (
    ("admit", 1),
    ("settle", 1),
    ("admit", 16),
    ("settle", 16),
)  # in this order: what is settled was admitted


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path, help="a folder with the other commit")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--url", help="a Redis whose first databases may be emptied; default: one of its own")
    options = parser.parse_args()
    with server(options.url) as client, ExitStack() as stack:
        sides = {
            "before": stack.enter_context(side(client, 0, options.before.resolve())),
            "after": stack.enter_context(side(client, 1, HERE.parent)),
        }
        print(
            f"{'a job, in the server (µs)':36}"
            + "".join(f"{name:>13}" for name in sides)
            + f"{'after/before':>14}"
        )
        for everything in (False, True):
            report(client, sides, options.rounds, everything)


class Side:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, **asked: Any) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "done\n":
            raise SystemExit("a side has ended")


@contextmanager
def side(client: redis.Redis, database: int, folder: Path) -> Iterator[Side]:
    path = os.pathsep.join([str(folder), str(folder / "benchmarks")])
    process = subprocess.Popen(
        [sys.executable, "-P", str(HERE / "_side.py"), url(client, database)],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Side(process)
    finally:
        process.terminate()
        process.wait()


def url(client: redis.Redis, database: int) -> str:
    where = client.connection_pool.connection_kwargs
    return (
        f"unix://{where['path']}?db={database}"
        if "path" in where
        else f"redis://{where['host']}:{where['port']}/{database}"
    )


def report(client: redis.Redis, sides: Mapping[str, Side], rounds: int, everything: bool) -> None:
    taken: dict[tuple[str, int], dict[str, list[float]]] = {
        kind: {name: [] for name in sides} for kind in KINDS
    }
    for each in sides.values():
        each.do(fill=JOBS, everything=everything)
    for number in range(rounds + 1):
        for name, each in sides.items():
            for what, jobs in KINDS:
                time = measured(client, each, what, jobs)
                if number:  # the first round loads scripts and the library
                    taken[what, jobs][name].append(time)
                if what == "settle":
                    each.do(again=True)
    for (what, jobs), times in taken.items():
        least = {name: min(each) for name, each in times.items()}
        named = f"{'everything on: ' if everything else ''}{what}, {jobs} at once"
        print(f"{named:36}" + "".join(f"{least[name]:13.1f}" for name in sides), end="")
        print(f"{least['after'] / least['before']:14.2f}  (median {ratio(times):.2f}, aim {AIM})", flush=True)


def ratio(times: Mapping[str, list[float]]) -> float:
    return statistics.median(a / b for a, b in zip(times["after"], times["before"], strict=True))


def measured(client: redis.Redis, each: Side, what: str, jobs: int) -> float:
    """Microseconds of a job. What is settled was admitted just before."""
    before = on_processor(client)
    each.do(**{what: jobs, "calls": CALLS[jobs]})
    return (on_processor(client) - before) / CALLS[jobs] / jobs * 1e6


def on_processor(client: redis.Redis) -> float:
    """Seconds."""
    found = client.info("cpu")
    return float(found["used_cpu_user_main_thread"]) + float(found["used_cpu_sys_main_thread"])


if __name__ == "__main__":
    main()
