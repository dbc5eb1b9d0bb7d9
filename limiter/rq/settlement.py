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

from redis.exceptions import RedisError

from ..execution import Execution, ended
from ..gate import Gate, GateError, Lease, Outcome
from .drain import drain
from .history import keep_move
from .retry import retry_until_answered

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
        threading.Thread(target=self._run, name="settler", daemon=True).start()

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

    def _run(self) -> None:
        while waiting := drain(self._waiting, BATCH):
            batch = [item for items in waiting for item in items]
            for upstream, of_one in itertools.groupby(batch, key=_upstream):
                self._deliver(upstream, list(of_one))
            with self._idle:
                self._undelivered -= len(batch)
                self._idle.notify_all()
            try:
                self._delivered(batch)
            except Exception:
                # Reconcile finds the settlements that the ledger lacks; settling again is harmless.
                logger.exception("the ledger did not take %d settlements", len(batch))

    def _deliver(self, upstream: str, items: list[PendingSettlement]) -> None:
        ends = [ended(each.execution, each.outcome) for each in items]

        def report(pause: float, error: Exception) -> None:
            logger.warning("%d leases stay unsettled for %.1f s: %s", len(items), pause, error)

        settlements = retry_until_answered(
            partial(self._gate.settle_many, upstream, ends), (GateError, RedisError), report
        )
        for item, settlement in zip(items, settlements, strict=True):
            keep_move(item.lease, item.outcome, settlement)


def _upstream(item: PendingSettlement) -> str:
    return item.lease.upstream
