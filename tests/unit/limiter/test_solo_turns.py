"""The order of jobs in the request manager, and its pace."""

from __future__ import annotations

import threading

from limiter.gate.model import UpstreamConfig
from limiter.jobs.execution import Execution, current_execution
from limiter.solo import RequestManager
from limiter.solo.gate import SoloGate

PATIENCE = 30.0


class Recorder:
    """A job function that notes each run, and holds the first until all are in line."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.go, self.started = threading.Event(), threading.Event()

    def hold(self, manager: RequestManager, flow: str = "") -> None:
        """Occupy the only thread, so that what follows waits."""
        manager.submit("first", run=self, flow=flow)
        assert self.started.wait(PATIENCE)

    def __call__(self, job: str, execution: Execution) -> None:
        self.started.set()
        assert self.go.wait(PATIENCE)
        self.ran.append(job)


def one_at_a_time() -> RequestManager:
    return RequestManager(requests_per_minute=None, workers=1)


def test_users_take_turns_however_much_one_of_them_brings() -> None:
    run = Recorder()
    with one_at_a_time() as manager:
        run.hold(manager, "ada")
        jobs = [manager.submit(f"ada-{number}", run=run, flow="ada") for number in range(6)]
        jobs += [manager.submit(f"bob-{number}", run=run, flow="bob") for number in range(2)]
        run.go.set()
        for job in jobs:
            job.result(PATIENCE)
    assert {"bob-0", "bob-1"} <= set(run.ran[:5])


def test_inside_a_users_work_priority_decides() -> None:
    run = Recorder()
    with one_at_a_time() as manager:
        run.hold(manager, "ada")
        jobs = [
            manager.submit(name, run=run, flow="ada", priority=priority)
            for name, priority in (("later", 0), ("sooner", 5), ("last", -1))
        ]
        run.go.set()
        for job in jobs:
            job.result(PATIENCE)
    assert run.ran == ["first", "sooner", "later", "last"]


def test_no_more_run_at_once_than_there_are_workers() -> None:
    lock, at_once, most = threading.Lock(), 0, 0
    all_in = threading.Barrier(3)

    def run(job: str, execution: Execution) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        all_in.wait(PATIENCE)  # three must be in at the same time for any of them to go on
        with lock:
            at_once -= 1

    with RequestManager(requests_per_minute=None, workers=3) as manager:
        for job in [manager.submit(f"job-{number}", run=run) for number in range(9)]:
            job.result(PATIENCE)
    assert most == 3


class SettableClock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_the_rate_is_kept() -> None:
    clock = SettableClock()
    gate = SoloGate(clock)
    gate.configure(UpstreamConfig("slow", version=1, requests_per_minute=30, burst=3))
    started = threading.Semaphore(0)

    def run(job: str, execution: Execution) -> None:
        started.release()

    with RequestManager(gate=gate, upstream="slow", workers=3) as manager:
        for number in range(10):
            manager.submit(f"job-{number}", run=run)
        assert manager.get_stats()["queue_size"] == 10
        clock.now += 4.0  # two requests' worth
        gate.note_change()
        for _ in range(2):
            assert started.acquire(timeout=PATIENCE)
        assert not started.acquire(timeout=0.2)
        assert manager.get_stats()["queue_size"] == 8


def test_a_job_runs_in_its_execution_with_its_lease() -> None:
    seen: list[tuple[bool, str]] = []

    def run(job: str, execution: Execution) -> None:
        lease = execution.lease
        seen.append((current_execution() is execution, lease.id if lease else ""))
        assert execution.id == seen[0][1]

    with one_at_a_time() as manager:
        manager.submit("job", run=run).result(PATIENCE)
    assert seen[0][0]
    assert seen[0][1]


def test_a_job_that_is_submitted_twice_runs_once() -> None:
    run = Recorder()
    with one_at_a_time() as manager:
        run.hold(manager)
        jobs = [manager.submit("twin", run=run) for _ in range(3)]
        run.go.set()
        for job in jobs:
            job.result(PATIENCE)
    assert run.ran == ["first", "twin"]


def test_a_job_that_is_submitted_while_it_runs_runs_again() -> None:
    run = Recorder()
    with one_at_a_time() as manager:
        run.hold(manager)
        again = manager.submit("first", run=run)
        run.go.set()
        again.result(PATIENCE)
    assert run.ran == ["first", "first"]


def test_no_wake_up_is_lost() -> None:
    """Many come at once from many sides; each must be noticed, though there is one look only."""

    def run(job: str, execution: Execution) -> None:
        pass

    def bring(side: int) -> None:
        for number in range(100):
            manager.submit(f"{side}-{number}", run=run, flow=str(side)).result(PATIENCE)

    with RequestManager(requests_per_minute=None, workers=3) as manager:
        sides = [threading.Thread(target=bring, args=(side,)) for side in range(8)]
        for side in sides:
            side.start()
        for side in sides:
            side.join(2 * PATIENCE)
        assert manager.get_stats()["completed"] == 800


def test_a_call_may_outlast_its_lease() -> None:
    """No other process could have taken it over, so it is never renewed."""
    clock = SettableClock()
    gate = SoloGate(clock)
    gate.configure(UpstreamConfig("tested", version=1, max_in_flight=1, lease_seconds=30))
    run = Recorder()
    with RequestManager(gate=gate, upstream="tested", workers=2) as manager:
        run.hold(manager)
        second = manager.submit("second", run=run)
        clock.now += 3600
        gate.note_change()
        assert manager.get_stats()["in_flight"] == 1
        run.go.set()
        second.result(PATIENCE)
    assert gate.status("tested").counters["settled_success"] == 2
