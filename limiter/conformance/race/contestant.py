"""One program of the race: it takes leases, holds them for a while, settles them, and may be killed any time.

python -m limiter.conformance.race.contestant FOLDER NAME SEED    # its input says how to connect
"""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from limiter.gate import Gate, Lease, Outcome, Usage

from .log import GIVEN, SETTLED, TAKEN, Log, Row

UPSTREAM = "provider"
OUTCOMES, ODDS = [Outcome.SUCCESS, Outcome.FAILURE, Outcome.RETURNED], [8, 3, 1]
PAUSE = 0.1  # seconds at most between two questions


class Contestant:
    def __init__(self, gate: Gate, name: str, log: Log, chance: Random) -> None:
        self._gate = gate
        self._name = name
        self._log = log
        self._chance = chance
        self._held: list[Lease] = []

    def race(self, is_killed: Callable[[], bool] = lambda: False) -> None:
        while not self._log.is_over:
            if is_killed():
                return  # with what it holds
            wait = self._take(self._chance.randint(1, 4))
            self._renew()
            self._chance.shuffle(self._held)
            while self._held and self._chance.random() < 0.3:
                self._give_back(self._held.pop(), *self._chance.choices(OUTCOMES, ODDS))
            time.sleep(wait)
        for lease in self._held:
            self._give_back(lease, Outcome.SUCCESS)

    def _take(self, k: int) -> float:
        """How long to sleep before the next question."""
        admission = self._gate.admit(UPSTREAM, k)
        for lease in admission.leases:
            self._note(TAKEN, lease, moment=admission.now)
        self._held += admission.leases
        if admission.leases:
            return 0.0
        return PAUSE if admission.wait_seconds is None else min(admission.wait_seconds, PAUSE)

    def _renew(self) -> None:
        lost = self._gate.renew(UPSTREAM, self._held) if self._held else ()
        self._held = [lease for lease in self._held if lease.id not in lost]

    def _give_back(self, lease: Lease, outcome: Outcome) -> None:
        used = 0 if outcome is Outcome.RETURNED else int(lease.tokens * self._chance.uniform(0.2, 1.3))
        self._note(GIVEN, lease, outcome=outcome.value, used=used)
        settled = self._gate.settle(UPSTREAM, lease.id, outcome, Usage(input_tokens=used))
        self._note(SETTLED, lease, applied=settled.applied)

    def _note(self, what: str, lease: Lease, **more: object) -> None:
        row = {"job": lease.job, "flow": lease.flow, "reserved": lease.tokens, **more}
        self._log.add(Row(what, self._name, lease.id, **row))  # type: ignore[arg-type]


def main(folder: str, name: str, seed: str) -> None:
    connect: Callable[[], Gate] = pickle.load(sys.stdin.buffer)  # noqa: S301 - of its parent
    Contestant(connect(), name, Log(Path(folder)), Random(int(seed))).race()  # noqa: S311 - no secret


if __name__ == "__main__":
    main(*sys.argv[1:])
