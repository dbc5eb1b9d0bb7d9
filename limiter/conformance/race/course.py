"""The course of a race: a full queue, eight that empty it, three of them killed, what they held recovered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from limiter.gate import BreakerConfig, Gate, Reason, Status, Ticket, UpstreamConfig

from ..backend import Backend
from .contestant import UPSTREAM
from .field import ProcessRunner, Runner, ThreadRunner
from .log import EXPIRED, GIVEN, TAKEN, Log, Row

RUNNERS, JOBS, KILLS = 8, 300, 3
RATE, BURST = 50.0, 20  # requests a second, and at once
TOKENS, TOKENS_BURST = 12_000.0, 6_000  # tokens a second, and at once
IN_FLIGHT, FLOW_IN_FLIGHT, PROBES = 9, 3, 2
BREAKER = BreakerConfig(failures=3, open_seconds=0.2, open_max_seconds=0.5, probes=PROBES)
CONFIG = UpstreamConfig(
    UPSTREAM, 1, requests_per_minute=RATE * 60, burst=BURST, max_in_flight=IN_FLIGHT,
    flow_in_flight=FLOW_IN_FLIGHT, tokens_per_minute=int(TOKENS * 60), tokens_burst=TOKENS_BURST,
    lease_seconds=4.0, breaker=BREAKER,
)  # fmt: skip
TICKETS = {
    f"job{number}": Ticket(f"job{number}", f"flow{number % 23}", f"group{number % 4}", tokens=1 + number % 90)
    for number in range(JOBS)
}
LONGEST = 240.0  # seconds; no measure of speed, only the end of a race that never ends


@dataclass
class Course:
    backend: Backend
    folder: Path
    gate: Gate = field(init=False)
    log: Log = field(init=False)
    looks: list[Status] = field(default_factory=list)  # one look after the other, while it runs
    _runners: dict[str, Runner] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.gate, self.log = self.backend.connect(), Log(self.folder)

    def run(self) -> None:
        self.gate.configure(CONFIG)
        for ticket in TICKETS.values():
            self.gate.offer(UPSTREAM, ticket)
        self._look()
        with self._started():
            for kill in range(KILLS):
                self._until_taken((kill + 1) * JOBS // (2 * KILLS))
                self._kill_one_that_holds()
            self._until_nothing_is_left()

    @property
    def free_tokens(self) -> float:
        """At the beginning."""
        return self.looks[0].levels[Reason.TOKENS_PER_MINUTE].free

    @contextmanager
    def _started(self) -> Iterator[None]:
        for _ in range(RUNNERS):
            self._start()
        try:
            yield
            self.log.end()
            for runner in self._runners.values():
                runner.join(LONGEST)
        finally:
            self.log.end()
            for runner in self._runners.values():
                runner.kill()
        self._look()

    def _start(self) -> None:
        number = next(self._numbers)
        name = f"runner{number}"
        if self.backend.is_shared:
            self._runners[name] = ProcessRunner(self.backend, self.folder, name, number)
        else:
            self._runners[name] = ThreadRunner(self.gate, self.folder, name, number)

    def _look(self) -> None:
        """Recover what those that are no more have held, as a worker would, and look at the upstream."""
        for lease in self.gate.expire(UPSTREAM):
            self.log.add(Row(EXPIRED, lease=lease.id, contestant="", job=lease.job))
            self.gate.offer(UPSTREAM, TICKETS[lease.job], front=True)
        self.looks.append(self.gate.status(UPSTREAM))

    def _until_taken(self, leases: int) -> None:
        for _ in self._looking():
            if sum(row.what == TAKEN for row in self.log.rows()) >= leases:
                return

    def _until_nothing_is_left(self) -> None:
        for look in self._looking():
            if not look.waiting and not look.in_flight:
                return

    def _looking(self) -> Iterator[Status]:
        end = time.monotonic() + LONGEST
        while True:
            self._look()
            yield self.looks[-1]
            assert time.monotonic() < end, f"the race stands still: {self.looks[-1]}"
            time.sleep(0.02)

    def _kill_one_that_holds(self) -> None:
        for _ in self._looking():
            for name, runner in list(self._runners.items()):
                runner.stop()
                if self._holds(name):
                    self._runners.pop(name).kill()
                    self._start()
                    return
                runner.go_on()

    def _holds(self, name: str) -> bool:
        rows = [row for row in self.log.rows() if row.contestant == name]
        taken = {row.lease for row in rows if row.what == TAKEN}
        return bool(taken - {row.lease for row in rows if row.what == GIVEN})
