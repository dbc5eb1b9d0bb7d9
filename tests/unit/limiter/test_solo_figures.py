from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from limiter.jobs.execution import Execution
from limiter.solo import RequestManager
from limiter.solo.stats import Recorder

PATIENCE = 30.0


def test_the_figures_tell_what_waits_and_runs_for_whom() -> None:
    started, go = threading.Event(), threading.Event()

    def run(job: str, execution: Execution) -> None:
        started.set()
        assert go.wait(PATIENCE)

    with RequestManager(requests_per_minute=None, workers=1) as manager:
        jobs = [manager.submit("job-0", run=run, flow="ada")]
        assert started.wait(PATIENCE)
        jobs += [manager.submit(f"job-{number}", run=run, flow="bob") for number in (1, 2)]
        stats = manager.get_stats()
        assert (stats["queue_size"], stats["in_flight"], stats["workers"]) == (2, 1, 1)
        assert stats["by_flow"] == {
            "ada": {"waiting": 0, "in_flight": 1, "completed": 0, "failed": 0},
            "bob": {"waiting": 2, "in_flight": 0, "completed": 0, "failed": 0},
        }
        go.set()
        for job in jobs:
            job.result(PATIENCE)
        assert manager.get_stats()["completed"] == 3


@pytest.mark.parametrize(
    ("waits", "p50", "p95"),
    [([], None, None), ([4.0], 4.0, 4.0), (list(range(1, 101)), 50, 95), ([1.0, 2.0], 1.0, 2.0)],
)
def test_percentiles_are_of_the_nearest_rank(
    waits: list[float], p50: float | None, p95: float | None
) -> None:
    recorder = Recorder()
    for wait in reversed(waits):
        recorder.started(wait)
    stats = recorder.stats(waiting=[], in_flight=[], workers=1)
    assert (stats["wait_p50"], stats["wait_p95"]) == (p50, p95)


def test_no_redis_is_needed_even_to_import() -> None:
    program = (
        "import sys\n"
        "from limiter.solo import RequestManager\n"
        "with RequestManager(requests_per_minute=None) as manager:\n"
        "    manager.submit('job', run=lambda job, execution: None).result(30)\n"
        "sys.exit(any(name.split('.')[0] in ('redis', 'rq', 'django_rq') for name in sys.modules))\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_manager_that_is_left_running_does_not_hold_up_the_end_of_the_process() -> None:
    program = (
        "from limiter.solo import RequestManager\n"
        "RequestManager(requests_per_minute=None).submit('job', run=lambda job, execution: None).result(30)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
