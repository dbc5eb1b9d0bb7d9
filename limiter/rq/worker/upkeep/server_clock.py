"""The clock of a Redis server, watched beside our own monotonic one, which tells when it was set anew."""

from __future__ import annotations

import time
from collections.abc import Callable

SLOWEST_SECONDS = 1.0  # of an answer that tells the time well enough
SET_BY_SECONDS = 3.0  # what a clock that runs does not leave out between two looks
LOOKS = 2  # after it was set: by then each living run has renewed its lease


class ServerClock:
    """Leases and records end by that clock. Put on, it would end those of living runs all at once, and calls
    beyond the cap would begin beside theirs: who watches it waits until these have been renewed.
    """

    def __init__(self, read: Callable[[], float], own: Callable[[], float] = time.monotonic) -> None:
        self._read, self._own = read, own
        self._ahead: float | None = None
        self._unsettled = 0

    def is_settled(self) -> bool:
        """Look at it once more: False for some looks after it was set."""
        asked = self._own()
        ahead = self._read() - asked
        if self._own() - asked <= SLOWEST_SECONDS:
            if self._ahead is not None and abs(ahead - self._ahead) > SET_BY_SECONDS:
                self._unsettled = LOOKS
            self._ahead = ahead
        is_settled = self._unsettled == 0
        self._unsettled = max(0, self._unsettled - 1)
        return is_settled
