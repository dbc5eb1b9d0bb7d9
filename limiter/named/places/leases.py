"""The leases that this process holds, renewed by one thread until they are released or forgotten.

A process that dies renews nothing: its leases end, and their places go to those that wait. So does one to
which nothing in the process refers any more.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from weakref import WeakSet

from limiter.algorithms.concurrency import ConcurrencyRule
from limiter.algorithms.limits.model import MICROSECONDS
from limiter.base.process_wide import ProcessWide
from limiter.gate.model import GateError
from limiter.named.stores import Stores

RENEWED = 3  # times in the life of a lease
AGAIN = 1.0  # seconds until a renewal that failed is tried again

logger = logging.getLogger(__name__)


@dataclass(slots=True, weakref_slot=True, eq=False)
class Lease:
    """One of the places of a concurrency limit, while it is held."""

    name: str
    key: str
    id: str
    rule: ConcurrencyRule
    behind: Stores = field(repr=False)
    is_lost: bool = False  # it ended before it was released, and its place may be another's

    @property
    def pause(self) -> float:
        """Seconds between two renewals."""
        return self.rule.lease / MICROSECONDS / RENEWED


class Renewals:
    """Safe for threads. The thread sleeps while nothing is held."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._renewing = threading.Lock()
        self._held: WeakSet[Lease] = WeakSet()
        self._thread: threading.Thread | None = None

    def add(self, lease: Lease) -> None:
        with self._changed:
            self._held.add(lease)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="limiter-leases", daemon=True)
                self._thread.start()
            self._changed.notify()

    def drop(self, lease: Lease) -> None:
        """Before it is released. A renewal under way is waited for: it would take the place again."""
        with self._renewing, self._changed:
            self._held.discard(lease)

    def _run(self) -> None:
        last, failed = 0.0, False
        while True:
            with self._changed:
                if not self._held:
                    self._changed.wait_for(lambda: len(self._held))
                    last = time.monotonic()
                while self._held and (left := last + self._pause(failed=failed) - time.monotonic()) > 0:
                    self._changed.wait(left)  # one that is added may want it sooner
            with self._renewing:
                try:
                    failed = not self._renew(list(self._held))
                except Exception:  # of one place: all others hang on this thread
                    logger.exception("Some leases could not be renewed.")
                    failed = True
            last = time.monotonic()

    def _pause(self, *, failed: bool) -> float:
        shortest = min((lease.pause for lease in self._held), default=AGAIN)  # the last may just have gone
        return min(AGAIN, shortest) if failed else shortest

    def _renew(self, held: list[Lease]) -> bool:
        """False: some could not be renewed now."""
        together: defaultdict[tuple[int, str, ConcurrencyRule], list[Lease]] = defaultdict(list)
        for lease in held:
            together[id(lease.behind), lease.key, lease.rule].append(lease)
        done = True
        for leases in together.values():
            first = leases[0]
            try:
                lost = first.behind.concurrency.renew(first.rule, first.key, [lease.id for lease in leases])
            except GateError as error:
                logger.warning("Leases of %s could not be renewed: %s", first.name, error)
                done = False
                continue
            for lease in leases:
                if lease.id in lost:
                    self._lose(lease)
        return done

    def _lose(self, lease: Lease) -> None:
        with self._changed:
            if lease not in self._held:  # released in the meantime
                return
            self._held.discard(lease)
        lease.is_lost = True
        logger.warning("A lease of %s ended before it was released: its place is another's.", lease.name)


_renewals: ProcessWide[Renewals] = ProcessWide(Renewals)
os.register_at_fork(
    after_in_child=_renewals.forget
)  # a child has no threads of its parent, and holds nothing


def renewals() -> Renewals:
    return _renewals.get()
