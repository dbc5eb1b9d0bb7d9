"""What a time limit leaves behind, in its thread and in the process."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from limiter.rq.worker.deadlines import Interrupt, RunCut

KEPT = "with ThreadDeadline(3600, JobTimeoutException): pass"
PASSED = "interrupt = Interrupt(); interrupt.fire(); interrupt.disarm()"
# In a process of its own: what other tests have fired may still be on its way to a thread that is blocked.
PROFILED = """
import sys, threading
from rq.timeouts import JobTimeoutException
from limiter.rq.worker.deadlines import Interrupt, RunCut, ThreadDeadline

def work():
    sys.setprofile(lambda *_: None)
    try:
        {}
    except RunCut:
        pass
    for _ in range(1000):
        threading.current_thread()

thread = threading.Thread(target=work, daemon=True)
thread.start()
thread.join(60)
sys.exit(thread.is_alive())
"""


@pytest.mark.parametrize("limit", [KEPT, PASSED])
def test_a_profiled_thread_goes_on_after_it(limit: str) -> None:
    command = [sys.executable, "-c", PROFILED.format(limit)]
    subprocess.run(command, check=True, timeout=300, cwd=Path(__file__).parents[3])


def test_nothing_is_raised_once_it_is_disarmed() -> None:
    for _ in range(200):
        interrupt = Interrupt()
        firing = threading.Thread(target=interrupt.fire)
        try:
            firing.start()
            firing.join()
        except RunCut:  # it came while the work went on
            firing.join()
        interrupt.disarm()
        for _ in range(100):
            threading.current_thread()
