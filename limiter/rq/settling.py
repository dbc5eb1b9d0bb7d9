"""Delivering settlements, however long it takes.

A settlement that is not delivered keeps a slot and a hold in the gate until the lease ends. Threads hand
theirs over and go on; one thread delivers in order, and tries again while the gate can't be reached.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from redis.exceptions import RedisError

from ..gate import Gate, GateError, Lease, Outcome, Usage
from .gathering import gather
from .history import keep_move

logger = logging.getLogger("limiter.rq")

BATCH = 64  # of which the ledger is told at once
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0


@dataclass(frozen=True, slots=True)
class Settled:
    lease: Lease
    outcome: Outcome
    usage: Usage | None
    retry_after: float


class Settler:
    """One daemon thread that settles leases and tells `delivered` which."""

    def __init__(self, gate: Gate, delivered: Callable[[list[Settled]], None]) -> None:
        self._gate = gate
        self._delivered = delivered
        self._waiting: queue.SimpleQueue[Settled | None] = queue.SimpleQueue()
        self._undelivered = 0
        self._idle = threading.Condition()
        threading.Thread(target=self._run, name="settler", daemon=True).start()

    def settle(self, item: Settled) -> None:
        with self._idle:
            self._undelivered += 1
        self._waiting.put(item)

    @property
    def is_busy(self) -> bool:
        return self._undelivered > 0

    def drain(self, seconds: float) -> bool:
        """Wait until everything is delivered; False: the time was over first."""
        with self._idle:
            return self._idle.wait_for(lambda: self._undelivered == 0, timeout=seconds)

    def stop(self) -> None:
        self._waiting.put(None)

    def _run(self) -> None:
        while batch := gather(self._waiting, BATCH):
            for item in batch:
                self._deliver(item)
            with self._idle:
                self._undelivered -= len(batch)
                self._idle.notify_all()
            try:
                self._delivered(batch)
            except Exception:
                # Reconcile finds what the ledger was not told of; settling again is harmless.
                logger.exception("the ledger did not take %d settlements", len(batch))

    def _deliver(self, item: Settled) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                settlement = self._gate.settle(
                    item.lease.upstream, item.lease.id, item.outcome, item.usage, retry_after=item.retry_after
                )
                keep_move(item.lease, item.outcome, settlement)
                return
            except (GateError, RedisError) as error:
                logger.warning("lease %s stays unsettled for %.1f s: %s", item.lease.id, pause, error)
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
