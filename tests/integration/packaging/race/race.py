"""Eight workers on one limited queue, some killed in the middle of a call: python race.py JOBS KILLS.

Nothing of the package is used but what its README names. What ran is read from the log that the calls write
(jobs.py): its order and its moments are those of the server that keeps it. What was seen is printed, as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
os.environ.setdefault("RACE_DATABASE", "race.sqlite3")
django.setup()

import django_rq  # noqa: E402
from django.core.management import call_command  # noqa: E402
from jobs import LOG, call, log, note  # type: ignore[import-not-found]  # noqa: E402
from rq.job import Job, JobStatus  # noqa: E402
from rq.results import Result  # noqa: E402

from limiter import selectors, services  # noqa: E402

WORKERS, CUSTOMERS = 8, ("gold", "silver", "bronze")
RATE, BURST, CAP, LEASE = 10.0, 5, 6, 6.0  # calls a second, at once, in flight; seconds
LIMITS = {"requests_per_minute": RATE * 60, "burst": BURST, "max_in_flight": CAP, "lease_seconds": LEASE}
BY = {"author": "somebody", "reason": "a race"}
LONGEST = 400.0  # seconds; no measure of speed, only the end of a race that never ends
COMMAND = [sys.executable, "-m", "django", "rqworker", "calls"]
Entry = dict[str, str]


def main(count: int, kills: int) -> None:
    call_command("migrate", verbosity=0)
    services.create_upstream(name="provider", values=LIMITS, **BY)
    chance, queue = Random(7), django_rq.get_queue("calls")

    def enqueue(number: int) -> Job:
        return queue.enqueue(call, CUSTOMERS[number % 3], chance.uniform(0.1, 1.0))

    jobs = [enqueue(number) for number in range(count // 2)]
    killed: set[str] = set()
    with workers() as running:
        until(partial(have_ended, 5))
        jobs += [enqueue(number) for number in range(count // 2, count)]  # under way
        for kill in range(kills):
            until(partial(have_ended, (kill + 1) * count // (kills + 2)))
            killed.add(kill_one_that_works(running))
            running.append(start())
        until(lambda: all(job.get_status() is JobStatus.FINISHED for job in jobs))
        until(lambda: selectors.upstream_status("provider").live.in_flight == 0)
    json.dump(verdict(jobs, killed) | {"jobs": len(jobs), "killed": len(killed)}, sys.stdout)


def start() -> subprocess.Popen[bytes]:
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        COMMAND, env={**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}, stdout=sys.stderr
    )


@contextmanager
def workers() -> Iterator[list[subprocess.Popen[bytes]]]:
    running = [start() for _ in range(WORKERS)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not holds():
        assert time.monotonic() < end, selectors.upstream_status("provider")
        time.sleep(0.05)


def entries() -> list[tuple[float, Entry]]:
    """Each with its moment in seconds."""
    return [(int(at.partition("-")[0]) / 1000, entry) for at, entry in log.xrange(LOG)]


def ends() -> list[Entry]:
    return [entry for _, entry in entries() if entry["what"] == "end"]


def have_ended(calls: int) -> bool:
    return len(ends()) >= calls


def kill_one_that_works(running: list[subprocess.Popen[bytes]]) -> str:
    """In the middle of a call. It is counted as gone a moment before it is: less is seen than is so."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        for worker in running:
            worker.send_signal(signal.SIGSTOP)
            if in_hand(str(worker.pid)):
                note("killed", "", worker.pid)
                worker.kill()
                worker.wait()
                running.remove(worker)
                return str(worker.pid)
            worker.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    raise AssertionError("nobody works")


def in_hand(process: str) -> int:
    said = Counter(entry["what"] for _, entry in entries() if entry["process"] == process)
    return said["start"] - said["end"]


def verdict(jobs: list[Job], killed: set[str]) -> dict[str, float]:
    most = most_at_once()
    assert 2 <= most <= CAP, f"{most} ran at once"
    beyond = most_beyond_the_rate([at for at, entry in entries() if entry["what"] == "start"])
    # A call notes its start some time after it was admitted; so many as may be in flight have not yet.
    assert beyond <= BURST + CAP, f"{beyond} beyond the rate"
    assert {entry["job"] for entry in ends()} == {job.id for job in jobs}
    for job in jobs:
        done = [result for result in job.results() if result.type is Result.Type.SUCCESSFUL]
        assert len(done) == 1, f"{job.id} was completed {len(done)} times"
        by = [entry["process"] for entry in ends() if entry["job"] == job.id]
        assert set(by[:-1]) <= killed, f"{job.id} ran to its end again"
    return {"most_at_once": most, "beyond_the_rate": round(beyond, 2), "starts": starts()}


def starts() -> int:
    return sum(entry["what"] == "start" for _, entry in entries())


def most_at_once() -> int:
    running: set[tuple[str, str]] = set()
    most = 0
    for _, entry in entries():
        if entry["what"] == "killed":
            running = {each for each in running if each[0] != entry["process"]}
            continue
        this = (entry["process"], entry["job"])
        running = running | {this} if entry["what"] == "start" else running - {this}
        most = max(most, len(running))
    return most


def most_beyond_the_rate(moments: list[float]) -> float:
    """Over every span between two starts, the most that was let in beyond rate x time."""
    most, least = 0.0, float("inf")
    for number, moment in enumerate(moments):
        least = min(least, number - RATE * moment)
        most = max(most, number + 1 - RATE * moment - least)
    return most


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
