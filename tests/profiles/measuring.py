"""One profile from its start to the auditor's verdict."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

from tests.matrix.auditor import Expected
from tests.matrix.trial import audited, calls_since, quiet

from .rungs import Rung

BEFORE, AFTER = 20.0, 15.0  # seconds of load around the fault
WAITS = (
    "SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - waiting_since)) "
    "FROM feedback_job WHERE kind = 'analyse' AND started_at IS NOT NULL AND waiting_since IS NOT NULL "
    "AND attempt = 1"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table. Seconds, bytes."""

    name: str
    on: str
    fault: str
    start: float  # until the portal answers and work is taken, migrations of an empty database included
    jobs_a_minute: float
    wait_p95: float
    memory: int
    kept: str
    problems: list[str]


def measure(name: str, rung: Rung) -> Measured:
    began = time.monotonic()
    with rung.start() as system:
        started = time.monotonic() - began
        load, since = rung.load(system), time.time()
        with load:
            time.sleep(BEFORE)
            memory = memory_of(system)
            rung.strike(system)
            time.sleep(AFTER)
        quiet(system)
        calls = calls_since(system, since)
        verdict = audited(system, load, calls, Expected(extra_calls=2), [])
        problems = [f"{promise}: {each}" for promise, of in verdict.broken.items() for each in of]
        return Measured(
            name, rung.on, rung.fault, started, _a_minute(system), _wait(system), memory,
            verdict.counts["kept"], problems,
        )  # fmt: skip


def memory_of(system: Any) -> int:
    """Of all programs of the profile: what each has for itself, and its part of what several share."""
    own = psutil.Process()
    mine = {process.pid: process for process in own.children(recursive=True)}
    if system.postgres.pid is not None:
        server = psutil.Process(system.postgres.pid)
        mine |= {process.pid: process for process in [server, *server.children(recursive=True)]}
    mine.pop(system.simulator.pid, None)  # stands for the provider
    total = 0
    for process in mine.values():
        with suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total


def _a_minute(system: Any) -> float:
    """Jobs that ended, from the first to the last of them: the fault's time is in it."""
    found = _one(
        system, "SELECT count(*), extract(epoch FROM max(finished_at) - min(finished_at)) FROM feedback_job"
    )
    count, seconds = found
    return 60 * float(count) / max(float(seconds or 0), 1.0)


def _wait(system: Any) -> float:
    (seconds,) = _one(system, WAITS)
    return float(seconds or 0)


def _one(system: Any, sql: str) -> tuple[Any, ...]:
    with system.postgres.connect() as connection:
        found = connection.execute(sql).fetchone()
    values = found.values() if isinstance(found, dict) else found
    return tuple(values)
