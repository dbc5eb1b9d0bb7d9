"""Job functions for the tests of the queue and the worker."""

from __future__ import annotations

import socket
import threading
import time
from datetime import timedelta

from rq import Retry, get_current_job

from limiter.gate import Outcome
from limiter.jobs.declaration import gated
from limiter.jobs.execution import ReportedError, current_execution
from limiter.jobs.reporting import report_usage

started = threading.Semaphore(0)
opened = threading.Event()


def nothing() -> None:
    """The shortest job."""


def add(one: int, other: int) -> int:
    return one + other


def fails() -> None:
    raise ValueError("as it should")


def fails_with_its_reason() -> None:
    raise ReportedError("the text has no words")


def again_after(seconds: int) -> Retry:
    return Retry(max=1, interval=seconds)


def note(key: str) -> None:
    """Leave a trace of each run."""
    job = get_current_job()
    assert job is not None
    job.connection.rpush(key, job.id)


def note_and_sleep(key: str, seconds: float) -> None:
    note(key)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.02)
    job = get_current_job()
    assert job is not None
    job.connection.rpush(f"{key}:done", job.id)


def lease_id() -> str | None:
    """What the function sees of its lease."""
    execution = current_execution()
    return execution.lease.id if execution is not None and execution.lease is not None else None


def reports_throttled() -> None:
    execution = current_execution()
    assert execution is not None
    execution.report(Outcome.THROTTLED)
    raise RuntimeError("slow down")


def waits_for_the_door(seconds: float = 60.0) -> str:
    """Run until the test opens the door."""
    started.release()
    return "opened" if opened.wait(seconds) else "closed"


def blocks_in_a_read() -> None:
    """A call that only its own cut can end."""
    execution = current_execution()
    assert execution is not None
    ours, _theirs = socket.socketpair()
    execution.on_abort(lambda: ours.shutdown(socket.SHUT_RDWR))
    started.release()
    with ours, _theirs:
        if ours.recv(1) == b"":
            raise ConnectionAbortedError("the call was cut")


def spins() -> None:
    """Pure Python with no cut registered."""
    started.release()
    while True:
        time.sleep(0.01)


def asks_for_no_number() -> None:
    """A throttle with a Retry-After of nan."""
    execution = current_execution()
    assert execution is not None
    execution.report(Outcome.THROTTLED, retry_after=float("nan"))


def has_no_outcome() -> None:
    """A run with an end that no gate understands."""
    execution = current_execution()
    assert execution is not None
    execution.outcome = "nonsense"  # type: ignore[assignment]


def fails_once() -> None:
    """Fails at its first attempt."""
    job = get_current_job()
    assert job is not None
    if job.connection.incr(f"attempts:{job.id}") == 1:
        raise ValueError("as it should")


def ago(seconds: float) -> timedelta:
    return timedelta(seconds=-seconds)


class TooMany(Exception):
    """What a provider's client raises for a 429."""

    retry_after = 7.5


def flow_of(customer: str, text: str = "") -> str:
    return customer


@gated(flow=flow_of, group="trial", cost=lambda customer, text="": len(text), priority=2)
def declared(customer: str, text: str = "") -> None:
    """A job that says of itself what the gate should know."""


@gated(upstream="another")
def of_another_upstream() -> None:
    """A job that belongs to another upstream's queue."""


@gated(cost=lambda text: text)
def of_nonsense(text: str) -> None:
    """A job whose cost is no number."""


@gated(flow="ada", outcomes={TooMany: Outcome.THROTTLED, LookupError: Outcome.REJECTED})
def says_what_its_errors_mean(kind: str) -> None:
    if kind:
        raise {"throttled": TooMany, "rejected": KeyError, "failure": OSError}[kind]
    report_usage(input_tokens=40, output_tokens=2)


@gated(outcomes={TooMany: Outcome.THROTTLED})
async def says_it_later() -> None:
    raise TooMany
