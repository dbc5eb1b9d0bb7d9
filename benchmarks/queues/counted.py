"""How many jobs have run in this process, how long that took, and how much of it on the processor."""

from __future__ import annotations

import os
import sys
import threading
import time


class Counted:
    def __init__(self) -> None:
        self.jobs, self._lock = 0, threading.Lock()
        self.first = self.last = (0.0, 0.0)

    def one(self) -> None:
        now = (time.perf_counter(), processor())
        with self._lock:
            self.first = self.first if self.jobs else now
            self.last = now
            self.jobs += 1

    def report(self) -> None:
        """From the first to the last: a start is no part of it."""
        seconds, worked = (last - first for first, last in zip(self.first, self.last, strict=True))
        report(seconds, worked, self.jobs - 1)

    def wait_for(self, jobs: int) -> None:
        while self.jobs < jobs:
            time.sleep(0.01)


def processor() -> float:
    """Seconds of this process and of those that it forked and that ended."""
    return sum(os.times()[:4])


def report(seconds: float, worked: float, jobs: int) -> None:
    sys.stdout.write(f"\n{seconds} {worked} {jobs}\n")
    sys.stdout.flush()


counted = Counted()
