"""Leaving politely: no new jobs, time for the calls in flight, and nothing lost of what remains."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from ...jobs.execution import AbortReason
from ..listener import WakeUp
from .deadlines import cut
from .runs import InFlight, Run

logger = logging.getLogger("rq.worker")

SECONDS_TO_RETURN = 5.0  # for calls that were cut
SECONDS_TO_SETTLE = 5.0
IMPATIENCE = 1.0  # two signals within this are one: a pool and a terminal both send it


class Ends(Protocol):
    """What leaving needs of the completion of runs."""

    def give_back(self, run: Run) -> bool: ...

    def wait_until_settled(self, seconds: float) -> bool: ...


class Shutdown:
    """SIGTERM: admit no more, wait for the grace period, cut, give back. A second one skips the wait."""

    def __init__(self, wake_up: WakeUp, in_flight: InFlight, ends: Ends, grace_seconds: float) -> None:
        self._wake_up, self._in_flight, self._ends = wake_up, in_flight, ends
        self._grace_seconds = grace_seconds
        self._asked_at: float | None = None
        self._forced = False

    def ask(self) -> None:
        """Called in a signal handler: takes no lock and speaks to no server."""
        if self._asked_at is None:
            self._asked_at = time.monotonic()
        elif time.monotonic() - self._asked_at >= IMPATIENCE:
            self._forced = True
        self._wake_up.send()

    def wind_down(self) -> None:
        """End or give back everything in flight; what can end in time is not cut."""
        self._wait_for_runs(self._grace_seconds)
        for run in self._in_flight.all():
            if not run.completing:
                cut(run.execution, AbortReason.SHUTDOWN)
        self._wait_for_runs(SECONDS_TO_RETURN, patient=True)
        for run in self._in_flight.all():
            self._ends.give_back(run)
        if not self._ends.wait_until_settled(SECONDS_TO_SETTLE):
            logger.error("The worker leaves with unsettled leases, which end by themselves")

    def _wait_for_runs(self, seconds: float, *, patient: bool = False) -> None:
        """Until nothing is in flight or the time is over; a second signal ends it, unless patient."""
        deadline = time.monotonic() + seconds
        while len(self._in_flight) and (patient or not self._forced):
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self._wake_up.wait(left)
