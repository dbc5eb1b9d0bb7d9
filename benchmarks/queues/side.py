"""One library in a process of its own: python side.py KIND on|off fill|drain JOBS.

It prints the seconds, those of them on the processor, and the jobs that ran in them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol

from counted import counted, processor, report
from on_postgres import Oban, Procrastinate
from on_redis import Celery, Dramatiq, Ours, Rq, RqSimple


class Side(Protocol):
    """A library, with its limits or without."""

    def fill(self, jobs: int) -> None: ...

    def drain(self, jobs: int) -> None: ...


KINDS: dict[str, Callable[[bool], Side]] = {
    "ours": Ours, "rq": Rq, "simple": RqSimple, "celery": Celery, "dramatiq": Dramatiq,
    "procrastinate": Procrastinate, "oban": Oban,
}  # fmt: skip


def main(kind: str, limits: str, verb: str, count: str) -> None:
    side, jobs = KINDS[kind](limits == "on"), int(count)
    if verb == "fill":
        side.fill(jobs)
        return
    began, worked = time.perf_counter(), processor()
    side.drain(jobs)
    if counted.jobs:
        counted.report()
    else:  # they ran in processes of their own
        report(time.perf_counter() - began, processor() - worked, jobs)


if __name__ == "__main__":
    main(*sys.argv[1:])
