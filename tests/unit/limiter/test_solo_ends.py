"""How jobs end in the request manager: well, badly, throttled, cancelled, cut."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from limiter.gate.model import Outcome, Settlement, Ticket
from limiter.jobs.execution import AbortReason, Execution
from limiter.solo import GaveUpError, RequestManager

PATIENCE = 30.0


def manager(**options: object) -> RequestManager:
    return RequestManager(requests_per_minute=None, workers=1, **options)  # type: ignore[arg-type]


def nothing(job: str, execution: Execution) -> None:
    pass


def test_what_the_function_reports_is_what_the_gate_receives() -> None:
    outcomes: list[Outcome | None] = []

    def note(execution: Execution, settlement: Settlement) -> None:
        outcomes.append(execution.outcome)

    def rejected(job: str, execution: Execution) -> None:
        execution.report(Outcome.REJECTED)

    def broken(job: str, execution: Execution) -> None:
        raise ValueError(job)

    with manager(after_settle=note) as line:
        line.submit("fine", run=nothing).result(PATIENCE)
        line.submit("rejected", run=rejected).result(PATIENCE)
        with pytest.raises(ValueError, match="broken"):
            line.submit("broken", run=broken).result(PATIENCE)
        stats = line.get_stats()
    assert outcomes == [Outcome.SUCCESS, Outcome.REJECTED, Outcome.FAILURE]
    assert (stats["completed"], stats["failed"]) == (1, 2)


def test_a_throttled_job_goes_back_in_line_and_is_counted() -> None:
    attempts = 0

    def run(job: str, execution: Execution) -> float | None:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            execution.report(Outcome.THROTTLED)
            return 0.01
        return None

    with manager() as line:
        line.submit("job", run=run).result(PATIENCE)
        stats = line.get_stats()
    assert (attempts, stats["throttled_requests"], stats["completed"], stats["failed"]) == (3, 2, 1, 0)


def test_a_function_that_only_reports_the_throttle_is_tried_again() -> None:
    attempts = 0

    def run(job: str, execution: Execution) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            execution.report(Outcome.THROTTLED)

    with manager() as line:
        line.submit("job", run=run).result(PATIENCE)
    assert attempts == 2


def test_throttles_are_counted_against_no_job() -> None:
    attempts = 0

    def run(job: str, execution: Execution) -> float | None:
        nonlocal attempts
        attempts += 1
        if attempts > 10:
            return None
        execution.report(Outcome.THROTTLED)
        return 0.001

    with manager(attempts=4) as line:
        line.submit("job", run=run).result(PATIENCE)
    assert attempts == 11


def test_what_only_ever_throttles_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = 0
    monkeypatch.setattr("limiter.solo.task.THROTTLED_FOR", 0.0)

    def run(job: str, execution: Execution) -> float:
        nonlocal attempts
        attempts += 1
        execution.report(Outcome.THROTTLED)
        return 0.001

    with manager() as line:
        with pytest.raises(GaveUpError):
            line.submit("job", run=run).result(PATIENCE)
        stats = line.get_stats()
    assert (attempts, stats["throttled_requests"], stats["failed"]) == (1, 1, 1)


def test_a_pausing_job_holds_up_no_other() -> None:
    def throttled(job: str, execution: Execution) -> float:
        execution.report(Outcome.THROTTLED)
        return 3600.0

    with manager() as line:
        line.submit("pausing", run=throttled, flow="ada")
        line.submit("other", run=nothing, flow="ada").result(PATIENCE)
        assert line.job_ids() == {"pausing"}
        assert line.get_stats()["queue_size"] == 1


def test_a_call_that_was_never_sent_is_neither_done_nor_failed() -> None:
    def returned(job: str, execution: Execution) -> None:
        execution.report(Outcome.RETURNED)

    with manager() as line:
        line.submit("job", run=returned).result(PATIENCE)
        stats = line.get_stats()
    assert (stats["returned"], stats["completed"], stats["failed"]) == (1, 0, 0)


class Blocked:
    """A call that lasts until it is cut."""

    def __init__(self) -> None:
        self.started, self.cut = threading.Event(), threading.Event()
        self.reason: AbortReason | None = None

    def __call__(self, job: str, execution: Execution) -> None:
        execution.on_abort(self.cut.set)
        self.started.set()
        assert self.cut.wait(PATIENCE)
        self.reason = execution.abort_reason
        raise ConnectionAbortedError


def test_a_waiting_job_can_be_cancelled() -> None:
    call = Blocked()
    with manager() as line:
        running = line.submit("running", run=call)
        waiting = line.submit("waiting", run=nothing)
        assert call.started.wait(PATIENCE)
        assert line.cancel("waiting")
        assert waiting.cancelled()
        assert not line.cancel("waiting")
        assert line.cancel("running")
        with pytest.raises(ConnectionAbortedError):
            running.result(PATIENCE)
    assert call.reason is AbortReason.STOPPED


def test_shutdown_lets_calls_finish_and_drops_what_waits() -> None:
    go, started = threading.Event(), threading.Event()

    def run(job: str, execution: Execution) -> None:
        started.set()
        assert go.wait(PATIENCE)

    line = manager()
    running, waiting = line.submit("running", run=run), line.submit("waiting", run=nothing)
    assert started.wait(PATIENCE)
    ending = threading.Thread(target=line.shutdown, args=(PATIENCE,))
    ending.start()
    go.set()
    ending.join(PATIENCE)
    assert running.done() and running.exception() is None
    assert waiting.cancelled()
    with pytest.raises(RuntimeError, match="shut down"):
        line.submit("late", run=nothing)


def test_shutdown_cuts_calls_that_outlast_the_grace_and_gives_them_back() -> None:
    call, outcomes = Blocked(), []

    def note(execution: Execution, settlement: Settlement) -> None:
        outcomes.append(execution.outcome)

    line = manager(after_settle=note)
    line.submit("job", run=call)
    assert call.started.wait(PATIENCE)
    line.shutdown(grace=0.0)
    assert call.reason is AbortReason.SHUTDOWN
    assert outcomes == [Outcome.RETURNED]


def test_what_waited_when_the_process_ended_is_handed_in_again() -> None:
    ran: list[str] = []
    all_ran = threading.Event()

    def run(job: str, execution: Execution) -> None:
        ran.append(job)
        if len(ran) == 3:
            all_ran.set()

    with manager() as line:
        assert line.resume([Ticket(f"job-{number}", "ada") for number in range(3)], run) == 3
        assert all_ran.wait(PATIENCE)
    assert ran == ["job-0", "job-1", "job-2"]


def test_each_run_has_its_surroundings() -> None:
    events: list[str] = []

    @contextmanager
    def around() -> Iterator[None]:
        events.append("in")
        yield
        events.append("out")

    def run(job: str, execution: Execution) -> None:
        events.append(job)

    with manager(around=around) as line:
        line.submit("job", run=run).result(PATIENCE)
    assert events == ["in", "job", "out"]


def test_a_hook_that_fails_costs_the_job_nothing() -> None:
    def broken(*values: object) -> None:
        raise OSError("the database is away")

    with manager(before_offer=broken, after_settle=broken) as line:
        line.submit("job", run=nothing).result(PATIENCE)
        assert line.get_stats()["completed"] == 1
