"""The delivery of settlements to the gate, repeated until it succeeds.

A settlement that is not delivered keeps a slot and a hold in the gate until the lease ends. Threads hand
theirs over and go on; one thread delivers in order, and tries again while the gate can't be reached.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import Error as DatabaseError
from django.db import close_old_connections

from limiter.operations.watch import thread_failed

from ....gate import Gate, Lease, Outcome, Settlement
from ....jobs.execution import Execution, ended
from ...retry import retry_until_answered
from ..threads.drain import drain
from ..threads.vital import Vital
from .history import keep_move

logger = logging.getLogger("limiter.rq")

BATCH = 16  # handed-over batches that the ledger takes in one call


@dataclass(frozen=True, slots=True)
class PendingSettlement:
    lease: Lease
    outcome: Outcome
    execution: Execution  # usage, timing and shares of the run


class Settler:
    """One daemon thread that settles leases and calls `delivered` with them."""

    def __init__(self, gate: Gate, delivered: Callable[[list[PendingSettlement]], None]) -> None:
        self._gate = gate
        self._delivered = delivered
        self._waiting: queue.SimpleQueue[Sequence[PendingSettlement] | None] = queue.SimpleQueue()
        self._undelivered = 0
        self._idle = threading.Condition()
        self.thread = Vital("settler", partial(drain, self._waiting, BATCH), self._serve)
        self.thread.start()

    def settle(self, items: Sequence[PendingSettlement]) -> None:
        if not items:
            return
        with self._idle:
            self._undelivered += len(items)
        self._waiting.put(items)

    @property
    def is_busy(self) -> bool:
        return self._undelivered > 0

    def wait_until_delivered(self, seconds: float) -> bool:
        """Wait until everything is delivered; False: the time was over first."""
        with self._idle:
            return self._idle.wait_for(lambda: self._undelivered == 0, timeout=seconds)

    def stop(self) -> None:
        self._waiting.put(None)

    def _serve(self, waiting: list[Sequence[PendingSettlement]]) -> None:
        batch = [item for items in waiting for item in items]
        try:
            for upstream, of_one in itertools.groupby(batch, key=_upstream):
                self._deliver(upstream, list(of_one))
        finally:
            with self._idle:
                self._undelivered -= len(batch)
                self._idle.notify_all()
        self._note_in_ledger(batch)

    def _note_in_ledger(self, batch: list[PendingSettlement]) -> None:
        """Twice, for the first may find a connection that the database closed meanwhile.

        Reconcile finds the settlements that the ledger lacks; settling again is harmless.
        """
        try:
            self._delivered(batch)
        except DatabaseError as error:
            logger.info("the ledger is asked once more: %s", error)
            close_old_connections()
            self._delivered(batch)

    def _deliver(self, upstream: str, items: list[PendingSettlement]) -> None:
        """Together; where the gate understands one of them not at all, each for itself."""
        try:
            settlements = self._settled(upstream, items)
        except Exception:
            if len(items) == 1:
                thread_failed(self.thread.name)
                logger.exception("the lease %s can't be settled: it ends by itself", items[0].lease.id)
                return
            for item in items:
                self._deliver(upstream, [item])
            return
        for item, settlement in zip(items, settlements, strict=True):
            keep_move(item.lease, item.outcome, settlement)

    def _settled(self, upstream: str, items: list[PendingSettlement]) -> Sequence[Settlement]:
        ends = [ended(each.execution, each.outcome) for each in items]
        what = f"the settlement of {len(items)} leases of {upstream}"
        return retry_until_answered(partial(self._gate.settle_many, upstream, ends), what, self.thread.beat)


def _upstream(item: PendingSettlement) -> str:
    return item.lease.upstream
