"""Leaving politely: no new jobs, time for the calls in flight, and nothing lost of what remains."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType

from rq.utils import now

from ..execution import AbortReason
from .completion import Completion
from .deadlines import cut
from .listener import WakeUp

SECONDS_TO_RETURN = 5.0  # for calls that were cut
SECONDS_TO_SETTLE = 5.0
IMPATIENCE = 1.0  # two signals within this are one: a pool and a terminal both send it


class Shutdown(Completion):
    """SIGTERM: admit no more, wait for the grace period, cut, give back. A second one skips the wait."""

    wake_up: WakeUp
    grace_seconds: float
    _forced = False
    _asked_at = 0.0

    def _install_signal_handlers(self) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self.request_stop)
            signal.signal(signal.SIGTERM, self.request_stop)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Called in a signal handler: takes no lock and speaks to no server."""
        if not self._stop_requested:
            self._asked_at = time.monotonic()
            self._shutdown_requested_date = now()
            self._stop_requested = True
        elif time.monotonic() - self._asked_at >= IMPATIENCE:
            self._forced = True
        self.wake_up.send()

    def wind_down(self) -> None:
        """End or give back everything in flight; what can end in time is not cut."""
        if self._stop_requested:
            self.log.info("Worker %s [PID %d]: warm shut down requested", self.name, self.pid)
            self.set_shutdown_requested_date()  # type: ignore[no-untyped-call]
        self._wait_for_runs(self.grace_seconds)
        remaining = [run for run in self.in_flight.all() if not run.completing]
        for run in remaining:
            cut(run.execution, AbortReason.SHUTDOWN)
        self._wait_for_runs(SECONDS_TO_RETURN, patient=True)
        for run in self.in_flight.all():
            self.give_back(run)
        if not self.settler.wait_until_delivered(SECONDS_TO_SETTLE):
            self.log.error("Worker %s: leaves with unsettled leases, which end by themselves", self.name)

    def _wait_for_runs(self, seconds: float, *, patient: bool = False) -> None:
        """Until nothing is in flight or the time is over; a second signal ends it, unless patient."""
        deadline = time.monotonic() + seconds
        while len(self.in_flight) and (patient or not self._forced):
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self.wake_up.wait(left)
